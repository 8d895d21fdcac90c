#include <gtest/gtest.h>
#include <png.h>

#include <algorithm>
#include <cstddef>
#include <exiv2/exiv2.hpp>
#include <opencv2/imgcodecs.hpp>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "facedeblur/image/codec.h"
#include "facedeblur/image/write_png.h"
#include "facedeblur/util/error.h"
#include "image/exiv2_api.h"
#include "support.h"

namespace facedeblur {
namespace {

using testing::MakeTestImage;

/// Type and data of a chunk.
using Chunk = std::pair<std::string, std::string>;

/// All chunks of a file.
std::vector<Chunk> ChunksOf(const Bytes& png) {
  std::vector<Chunk> chunks;
  std::size_t at = 8;
  while (at + 12 <= png.size()) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length = length << 8 | png[at + i];
    const auto* text = reinterpret_cast<const char*>(png.data() + at + 4);
    chunks.emplace_back(std::string(text, 4), std::string(text + 4, length));
    at += length + 12;
  }
  return chunks;
}

struct Kind {
  int color_type;
  int bit_depth;
  bool transparency = false;
  bool interlaced = false;
};

void PrintTo(const Kind& kind, std::ostream* out) {
  *out << "colour type " << kind.color_type << ", " << kind.bit_depth << " bits"
       << (kind.transparency ? ", tRNS" : "") << (kind.interlaced ? ", interlaced" : "");
}

void Append(png_structp png, png_bytep data, std::size_t size) {
  auto* bytes = static_cast<Bytes*>(png_get_io_ptr(png));
  bytes->insert(bytes->end(), data, data + size);
}

void WriteChunks(png_structp png, const std::vector<Chunk>& chunks) {
  for (const auto& [type, data] : chunks) {
    png_write_chunk(png, reinterpret_cast<png_const_bytep>(type.data()),
                    reinterpret_cast<png_const_bytep>(data.data()), data.size());
  }
}

/// A PNG of noise, written by libpng alone.
Bytes MakePng(const Kind& kind, const std::vector<Chunk>& before = {},
              const std::vector<Chunk>& after = {}) {
  constexpr int kWidth = 37;
  constexpr int kHeight = 23;
  Bytes file;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &file, Append, nullptr);
  png_set_IHDR(png, info, kWidth, kHeight, kind.bit_depth, kind.color_type,
               kind.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  cv::RNG random(kind.bit_depth * 10 + kind.color_type);
  std::vector<png_color> palette(std::size_t{1} << std::min(kind.bit_depth, 8));
  std::vector<png_byte> alphas(palette.size() / 2);
  for (png_color& color : palette) {
    color.red = static_cast<png_byte>(random.uniform(0, 256));
    color.green = static_cast<png_byte>(random.uniform(0, 256));
    color.blue = static_cast<png_byte>(random.uniform(0, 256));
  }
  for (png_byte& alpha : alphas) alpha = static_cast<png_byte>(random.uniform(0, 256));
  png_color_16 key{};
  key.gray = key.red = key.green = key.blue = 1;
  if (kind.color_type == PNG_COLOR_TYPE_PALETTE) {
    png_set_PLTE(png, info, palette.data(), static_cast<int>(palette.size()));
  }
  if (kind.transparency) {
    png_set_tRNS(png, info, alphas.data(), static_cast<int>(alphas.size()), &key);
  }
  png_write_info(png, info);
  WriteChunks(png, before);
  cv::Mat rows(kHeight, static_cast<int>(png_get_rowbytes(png, info)), CV_8U);
  random.fill(rows, cv::RNG::UNIFORM, 0, 256);
  rows.row(3).setTo(0);
  for (int x = 1; kind.bit_depth == 16 && x < rows.cols; x += 2) rows.at<uchar>(3, x) = 1;
  if (kind.bit_depth == 8) rows.row(3).setTo(1);  // the transparent colour appears
  std::vector<png_bytep> pointers;
  for (int y = 0; y < kHeight; ++y) pointers.push_back(rows.ptr(y));
  png_write_image(png, pointers.data());
  WriteChunks(png, after);
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return file;
}

Image Decoded(const Bytes& file) {
  std::string warning;
  return DecodeImage(file, {}, &warning);
}

class PngKindTest : public ::testing::TestWithParam<Kind> {};

TEST_P(PngKindTest, DecodesWhatOpenCvDecodes) {
  const Bytes file = MakePng(GetParam());
  const cv::Mat expected = cv::imdecode(file, cv::IMREAD_UNCHANGED);
  ASSERT_FALSE(expected.empty());
  const cv::Mat pixels = Decoded(file).pixels;
  ASSERT_EQ(pixels.type(), expected.type());
  ASSERT_EQ(pixels.size(), expected.size());
  EXPECT_EQ(cv::norm(pixels, expected, cv::NORM_INF), 0);
}

TEST_P(PngKindTest, AColourKeyThatIsLostIsTold) {
  std::string warning;
  DecodeImage(MakePng(GetParam()), {}, &warning);
  const bool lost = GetParam().transparency && GetParam().color_type == PNG_COLOR_TYPE_GRAY;
  EXPECT_EQ(warning != "", lost) << warning;
}

constexpr int kGrey = PNG_COLOR_TYPE_GRAY;
constexpr int kPalette = PNG_COLOR_TYPE_PALETTE;
constexpr int kRgb = PNG_COLOR_TYPE_RGB;
INSTANTIATE_TEST_SUITE_P(
    Kinds, PngKindTest,
    ::testing::Values(Kind{kGrey, 1}, Kind{kGrey, 2}, Kind{kGrey, 4}, Kind{kGrey, 8},
                      Kind{kGrey, 16}, Kind{kGrey, 4, true}, Kind{kGrey, 8, true},
                      Kind{kGrey, 16, true}, Kind{kPalette, 1}, Kind{kPalette, 2},
                      Kind{kPalette, 4}, Kind{kPalette, 8}, Kind{kPalette, 4, true},
                      Kind{kPalette, 8, true}, Kind{kRgb, 8}, Kind{kRgb, 16}, Kind{kRgb, 8, true},
                      Kind{kRgb, 16, true}, Kind{PNG_COLOR_TYPE_GRAY_ALPHA, 8},
                      Kind{PNG_COLOR_TYPE_GRAY_ALPHA, 16}, Kind{PNG_COLOR_TYPE_RGB_ALPHA, 8},
                      Kind{PNG_COLOR_TYPE_RGB_ALPHA, 16}, Kind{kGrey, 2, false, true},
                      Kind{kPalette, 8, true, true}, Kind{kRgb, 16, false, true}));

class PngDepthTest : public ::testing::TestWithParam<int> {};

TEST_P(PngDepthTest, EncodesTheBytesOfOpenCv) {
  if (CV_VERSION_MAJOR != 4 || CV_VERSION_MINOR > 10) {
    GTEST_SKIP() << "OpenCV " << CV_VERSION << " has other default settings";
  }
  Image image;
  image.pixels = MakeTestImage({300, 200}, GetParam());
  Bytes expected;
  cv::imencode(".png", image.pixels, expected);
  EXPECT_EQ(EncodeImage(image, {ImageFormat::kPng, 0}), expected);
  const testing::TempFolder folder;
  WritePng(folder / "a.png", image.pixels);
  EXPECT_EQ(ReadFile(folder / "a.png"), expected);
}

TEST_P(PngDepthTest, EncodesPartsOfLargerPixels) {
  Image image;
  image.pixels = MakeTestImage({300, 200}, GetParam())(cv::Rect(31, 17, 90, 50));
  const Image again = Decoded(EncodeImage(image, {ImageFormat::kPng, 0}));
  EXPECT_EQ(cv::norm(again.pixels, image.pixels, cv::NORM_INF), 0);
}

INSTANTIATE_TEST_SUITE_P(Types, PngDepthTest,
                         ::testing::Values(CV_8UC1, CV_8UC3, CV_8UC4, CV_16UC1, CV_16UC3,
                                           CV_16UC4));

const Chunk kGamma = {"gAMA", std::string("\0\0\xB1\x8F", 4)};
const Chunk kResolution = {"pHYs", std::string("\0\0\x2E\x23\0\0\x2E\x23\1", 9)};
const Chunk kAuthor = {"tEXt", std::string("Author\0Me", 9)};
const Chunk kSource = {"tEXt", std::string("Source\0A camera", 15)};
const Chunk kTime = {"tIME", std::string("\x07\xEA\1\2\3\4\5", 7)};

TEST(Png, ChunksTravelInTheirOrder) {
  const Bytes file = MakePng({kRgb, 8}, {kResolution, kAuthor, kTime, kGamma}, {kSource});
  const Image image = Decoded(file);
  for (const Bytes& written :
       {EncodeImage(image, {}), EncodeImage(Decoded(EncodeImage(image, {})), {})}) {
    const std::vector<Chunk> chunks = ChunksOf(written);
    ASSERT_GE(chunks.size(), 6U);
    EXPECT_EQ(chunks[0].first, "IHDR");
    EXPECT_EQ(std::vector<Chunk>(chunks.begin() + 1, chunks.begin() + 5),
              (std::vector<Chunk>{kResolution, kAuthor, kGamma, kSource}));
    EXPECT_EQ(chunks[5].first, "IDAT");
  }
}

TEST(Png, TextsInUnicodeAndColoursByNumberTravel) {
  const Chunk title = {"iTXt", std::string("Title\0\0\0\0\0Gr\xC3\xB6\xC3\x9F", 15)};
  const Chunk xmp = {"iTXt", std::string("XML:com.adobe.xmp\0\0\0\0\0none", 26)};
  const Chunk srgb = {"cICP", std::string("\1\15\0\1", 4)};
  const Image image = Decoded(MakePng({kRgb, 8}, {srgb, title, xmp}));
  const std::vector<Chunk> chunks = ChunksOf(EncodeImage(image, {}));
  ASSERT_GE(chunks.size(), 4U);
  EXPECT_EQ(chunks[1], srgb);
  EXPECT_EQ(chunks[2], title);
  EXPECT_EQ(chunks[3].first, "IDAT") << "XMP is left to the metadata";
  EXPECT_NO_THROW(EncodeImage(image, {ImageFormat::kTiff, 0}));
}

TEST(Png, ColoursByNumberNeedAPng) {
  const Chunk hdr = {"cICP", std::string("\11\20\0\1", 4)};  // BT.2100 PQ
  const Image image = Decoded(MakePng({kRgb, 16}, {hdr}));
  EXPECT_EQ(ChunksOf(EncodeImage(image, {}))[1], hdr);
  try {
    EncodeImage(image, {ImageFormat::kJpeg, 0});
    FAIL() << "its colours would be shown wrong";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("CICP 9/16"), std::string::npos) << error.what();
  }
}

/// What libpng reads.
Bytes ProfileOf(const Bytes& file) {
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  std::pair<const Bytes*, std::size_t> from = {&file, 0};
  png_set_read_fn(png, &from, [](png_structp reader, png_bytep target, std::size_t count) {
    auto* source = static_cast<std::pair<const Bytes*, std::size_t>*>(png_get_io_ptr(reader));
    std::copy_n(source->first->begin() + static_cast<std::ptrdiff_t>(source->second), count,
                target);
    source->second += count;
  });
  png_read_info(png, info);
  png_charp name = nullptr;
  int method = 0;
  png_bytep profile = nullptr;
  png_uint_32 size = 0;
  Bytes icc;
  if (png_get_iCCP(png, info, &name, &method, &profile, &size) != 0) {
    icc.assign(profile, profile + size);
  }
  png_destroy_read_struct(&png, &info, nullptr);
  return icc;
}

TEST(Png, LibpngFindsTheProfile) {
  RawMetadata raw;
  raw.icc = testing::FakeProfile("RGB ");
  Image image;
  image.pixels = MakeTestImage({40, 30}, CV_8UC3);
  image.metadata = Metadata::FromRaw(raw).WithHistory("1 face");
  EXPECT_EQ(ProfileOf(EncodeImage(image, {ImageFormat::kPng, 0})), raw.icc);
}

TEST(Png, AGreyProfileGoesWhereGreyGetsTransparency) {
  Image grey;
  grey.pixels = MakeTestImage({40, 30}, CV_8UC1);
  RawMetadata raw;
  raw.icc = testing::FakeProfile("GRAY");
  grey.metadata = Metadata::FromRaw(raw);
  EXPECT_EQ(Decoded(EncodeImage(grey, {ImageFormat::kPng, 0})).metadata.icc(), raw.icc);
  Image with_alpha = Decoded(MakePng({PNG_COLOR_TYPE_GRAY_ALPHA, 8}));
  ASSERT_EQ(with_alpha.pixels.channels(), 4);
  with_alpha.metadata = Metadata::FromRaw(raw);
  std::string warning;
  const Image again = DecodeImage(EncodeImage(with_alpha, {}), {}, &warning);
  EXPECT_TRUE(again.metadata.icc().empty());
  EXPECT_NE(warning.find("ICC profile"), std::string::npos) << warning;
}

TEST(Png, ChunksStayAmongPngs) {
  const Image image = Decoded(MakePng({kRgb, 8}, {kGamma, kAuthor}));
  const Image tiff = Decoded(EncodeImage(image, {ImageFormat::kTiff, 0}));
  for (const Chunk& chunk : ChunksOf(EncodeImage(tiff, {ImageFormat::kPng, 0}))) {
    EXPECT_NE(chunk, kGamma);
    EXPECT_NE(chunk, kAuthor);
  }
}

TEST(Png, TextsThatExiv2WritesAreNotDoubled) {
  // Exiv2 takes a Description for the image's comment and writes it itself.
  const Chunk description = {"tEXt", std::string("Description\0A face", 18)};
  const Bytes plain = MakePng({kRgb, 8}, {description, kAuthor});
  const Exiv2Image tagged = OpenWithExiv2(plain);
  tagged->exifData()["Exif.Image.Make"] = std::string("Tester");
  tagged->writeMetadata();
  Bytes file = FileOf(tagged.get());
  for (int generation = 0; generation < 2; ++generation) {
    file = EncodeImage(Decoded(file), {});
    int descriptions = 0;
    int authors = 0;
    int profiles = 0;
    for (const auto& [type, data] : ChunksOf(file)) {
      descriptions += data.rfind("Description", 0) == 0 ? 1 : 0;
      authors += data.rfind("Author", 0) == 0 ? 1 : 0;
      profiles += type == "eXIf" || data.rfind("Raw profile type exif", 0) == 0 ? 1 : 0;
    }
    EXPECT_EQ(descriptions, 1);
    EXPECT_EQ(authors, 1);
    EXPECT_EQ(profiles, 1);
  }
  EXPECT_EQ(OpenWithExiv2(file)->comment(), "A face");
}

TEST(Png, DamageIsOneLineAndNothingIsPrinted) {
  const Bytes whole = MakePng({kRgb, 8}, {kAuthor});
  int refused = 0;
  ::testing::internal::CaptureStderr();
  for (std::size_t at = 8; at < whole.size(); at += 7) {
    Bytes damaged = whole;
    damaged[at] ^= 0x55;
    try {
      Decoded(damaged);
    } catch (const Error& error) {
      ++refused;
      EXPECT_EQ(error.kind(), ErrorKind::kInput);
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    }
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_GT(refused, 100) << "most bytes are pixels, which a checksum guards";
}

TEST(Png, AnAnimationIsRefused) {
  const Bytes file = MakePng({kRgb, 8}, {{"acTL", std::string("\0\0\0\2\0\0\0\0", 8)}});
  EXPECT_THROW(Decoded(file), Error);
}

}  // namespace
}  // namespace facedeblur
