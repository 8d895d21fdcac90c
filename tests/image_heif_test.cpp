#include <gtest/gtest.h>

#ifdef FACEDEBLUR_HEIF

#include <libheif/heif.h>

#include <algorithm>
#include <exiv2/exiv2.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <thread>
#include <vector>

#include "facedeblur/image/codec.h"
#include "facedeblur/image/metrics.h"
#include "facedeblur/image/orientation.h"
#include "facedeblur/image/probe.h"
#include "facedeblur/util/error.h"
#include "image/exiv2_api.h"
#include "image/heif_library.h"
#include "support.h"

namespace facedeblur {
namespace {

using testing::MakeTestImage;

heif_compression_format CompressionOf(ImageFormat format) {
  return format == ImageFormat::kHeic ? heif_compression_HEVC : heif_compression_AV1;
}

Image Decoded(const Bytes& file, std::string* warning) { return DecodeImage(file, {}, warning); }

Image Decoded(const Bytes& file) {
  std::string warning;
  Image image = Decoded(file, &warning);
  EXPECT_EQ(warning, "");
  return image;
}

Bytes Encoded(const cv::Mat& pixels, ImageFormat format, int quality = 0) {
  Image image;
  image.pixels = pixels;
  return EncodeImage(image, {format, quality});
}

RawMetadata RawOf(const Image& image) { return image.metadata.ToRaw(image.pixels.size()); }

heif_error Append(heif_context* /*context*/, const void* data, std::size_t size, void* file) {
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  static_cast<Bytes*>(file)->insert(static_cast<Bytes*>(file)->end(), bytes, bytes + size);
  return {heif_error_Ok, heif_suberror_Unspecified, ""};
}

/// Writes files by libheif alone, as a camera might.
class Camera {
 public:
  explicit Camera(ImageFormat format) : context_(NewHeifContext()) {
    heif_encoder* encoder = nullptr;
    RequireHeif(
        heif_context_get_encoder_for_format(context_.get(), CompressionOf(format), &encoder),
        ErrorKind::kOutput, "test");
    encoder_.reset(encoder);
    heif_encoder_set_lossy_quality(encoder, 90);
    heif_encoder_set_logging_level(encoder, 0);
    options_.reset(heif_encoding_options_alloc());
  }

  heif_encoding_options* options() { return options_.get(); }
  heif_context* context() { return context_.get(); }
  heif_encoder* encoder() { return encoder_.get(); }

  /// RGB pixels (no BGR), 8 bits, or 10 where they are CV_16U.
  HeifPtr<heif_image_handle> Add(const cv::Mat& rgb, int thumbnail = 0,
                                 const heif_color_profile_nclx* nclx = nullptr) {
    const int bits = rgb.depth() == CV_8U ? 8 : 10;
    heif_image* image = nullptr;
    heif_image_create(rgb.cols, rgb.rows, heif_colorspace_RGB,
                      bits == 8 ? heif_chroma_interleaved_RGB : heif_chroma_interleaved_RRGGBB_LE,
                      &image);
    const HeifPtr<heif_image> owned(image);
    heif_image_add_plane(image, heif_channel_interleaved, rgb.cols, rgb.rows, bits);
    int stride = 0;
    std::uint8_t* plane = heif_image_get_plane(image, heif_channel_interleaved, &stride);
    rgb.copyTo(cv::Mat(rgb.rows, rgb.cols, rgb.type(), plane, static_cast<std::size_t>(stride)));
    if (nclx != nullptr) heif_image_set_nclx_color_profile(image, nclx);
    heif_image_handle* handle = nullptr;
    RequireHeif(
        heif_context_encode_image(context_.get(), image, encoder_.get(), options_.get(), &handle),
        ErrorKind::kOutput, "test");
    HeifPtr<heif_image_handle> photo(handle);
    if (thumbnail > 0) {
      heif_image_handle* small = nullptr;
      heif_context_encode_thumbnail(context_.get(), image, handle, encoder_.get(), options_.get(),
                                    thumbnail, &small);
      const HeifPtr<heif_image_handle> released(small);
    }
    return photo;
  }

  Bytes File() {
    Bytes file;
    heif_writer writer = {1, Append};
    RequireHeif(heif_context_write(context_.get(), &writer, &file), ErrorKind::kOutput, "test");
    return file;
  }

 private:
  HeifPtr<heif_context> context_;
  HeifPtr<heif_encoder> encoder_;
  HeifPtr<heif_encoding_options> options_;
};

/// Bits per sample of a file's photo.
int BitsOf(const Bytes& file) {
  const HeifPtr<heif_context> context = NewHeifContext();
  heif_context_read_from_memory_without_copy(context.get(), file.data(), file.size(), nullptr);
  heif_image_handle* photo = nullptr;
  heif_context_get_primary_image_handle(context.get(), &photo);
  const HeifPtr<heif_image_handle> owned(photo);
  return photo == nullptr ? 0 : heif_image_handle_get_luma_bits_per_pixel(photo);
}

/// Replaces the first `from`, of the same length, in a file's boxes.
Bytes Replaced(Bytes file, const std::string& from, const std::string& to) {
  const auto at = std::search(file.begin(), file.end(), from.begin(), from.end());
  EXPECT_NE(at, file.end()) << from;
  if (at != file.end()) std::copy(to.begin(), to.end(), at);
  return file;
}

Bytes WithBox(Bytes file, const std::string& type) {
  const Bytes box = {0, 0, 0, 16};
  file.insert(file.end(), box.begin(), box.end());
  file.insert(file.end(), type.begin(), type.end());
  file.insert(file.end(), 8, 0);
  return file;
}

/// One that nothing here interprets, with its size where it belongs.
Bytes FakeProfile() {
  Bytes icc(400, 0);
  icc[2] = 1;
  icc[3] = 0x90;
  const std::string signature = "acsp";
  std::copy(signature.begin(), signature.end(), icc.begin() + 36);
  return icc;
}

std::string MessageFor(const Bytes& file) {
  try {
    std::string warning;
    Decoded(file, &warning);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    return error.what();
  }
  return "";
}

class HeifTest : public ::testing::TestWithParam<ImageFormat> {
 protected:
  void SetUp() override {
    const auto compression = CompressionOf(GetParam());
    if (heif_have_encoder_for_format(compression) == 0 ||
        heif_have_decoder_for_format(compression) == 0) {
      GTEST_SKIP() << "libheif has no encoder or no decoder for " << FormatName(GetParam());
    }
  }
};

TEST_P(HeifTest, LosslessKeepsEveryBit) {
  for (const int type : {CV_8UC1, CV_8UC3, CV_8UC4}) {
    const cv::Mat pixels = MakeTestImage({101, 75}, type);
    const Image image = Decoded(Encoded(pixels, GetParam()));
    ASSERT_EQ(image.pixels.type(), type);
    EXPECT_EQ(cv::norm(image.pixels, pixels, cv::NORM_INF), 0) << type;
    EXPECT_EQ(image.format, GetParam());
  }
}

TEST_P(HeifTest, SixteenBitsBecomeTwelve) {
  for (const int type : {CV_16UC1, CV_16UC3, CV_16UC4}) {
    const cv::Mat pixels = MakeTestImage({101, 75}, type);
    const Bytes file = Encoded(pixels, GetParam());
    EXPECT_EQ(BitsOf(file), 12);
    const Image image = Decoded(file);
    ASSERT_EQ(image.pixels.type(), type);
    EXPECT_LE(cv::norm(image.pixels, pixels, cv::NORM_INF), 65535 / 4095 / 2 + 1) << type;
  }
}

TEST_P(HeifTest, LossyStaysClose) {
  for (const int type : {CV_8UC1, CV_8UC3, CV_8UC4, CV_16UC3}) {
    cv::Mat pixels = MakeTestImage({101, 75}, type);
    const Image image = Decoded(Encoded(pixels, GetParam(), 95));
    ASSERT_EQ(image.pixels.type(), type);
    EXPECT_GT(Psnr(image.pixels, pixels), 32) << type << ", colours at half the resolution";
    const Image again = Decoded(EncodeImage(image, {}));
    EXPECT_GT(Psnr(again.pixels, image.pixels), 38) << "a second generation, " << type;
  }
}

TEST_P(HeifTest, TenBitsStayTen) {
  if (GetParam() == ImageFormat::kAvif) {
    GTEST_SKIP() << "AVIF of more than 8 bits is written with 12, see heif_writer.cpp";
  }
  cv::Mat pixels = MakeTestImage({101, 75}, CV_16UC3);
  pixels.convertTo(pixels, CV_16U, 1023.0 / 65535);
  Camera camera(GetParam());
  camera.Add(pixels);
  const Bytes file = camera.File();
  ASSERT_EQ(BitsOf(file), 10);
  const Image image = Decoded(file);
  ASSERT_EQ(image.pixels.type(), CV_16UC3);
  double largest = 0;
  cv::minMaxLoc(image.pixels.reshape(1), nullptr, &largest);
  EXPECT_GT(largest, 60000) << "scaled to 16 bits";
  const Bytes written = EncodeImage(image, {});
  EXPECT_EQ(BitsOf(written), 10);
  EXPECT_GT(Psnr(Decoded(written).pixels, image.pixels), 38);
}

TEST_P(HeifTest, IsTurnedOnceByItsBoxes) {
  cv::Mat pixels = MakeTestImage({104, 72}, CV_8UC3);
  Camera plain(GetParam());
  plain.Add(pixels);
  const cv::Mat stored = Decoded(plain.File()).pixels;
  for (int orientation = 1; orientation <= 8; ++orientation) {
    Camera camera(GetParam());
    camera.options()->image_orientation = static_cast<heif_orientation>(orientation);
    const HeifPtr<heif_image_handle> photo = camera.Add(pixels);
    Exiv2::ExifData exif;
    exif["Exif.Image.Orientation"] = static_cast<std::uint16_t>(orientation);
    const Bytes tiff = EncodeExif(&exif);
    heif_context_add_exif_metadata(camera.context(), photo.get(), tiff.data(),
                                   static_cast<int>(tiff.size()));
    const Bytes file = camera.File();
    const cv::Mat expected = ToUpright(stored, orientation);
    EXPECT_EQ(ProbeImage(file).width, expected.cols) << orientation;
    const Image image = Decoded(file);
    ASSERT_EQ(image.pixels.size(), expected.size()) << orientation;
    EXPECT_LE(cv::norm(image.pixels, expected, cv::NORM_L1) / double(expected.total()), 0.5)
        << orientation;
    const Image again = Decoded(EncodeImage(image, {}));
    EXPECT_GT(Psnr(again.pixels, image.pixels), 38) << orientation;
  }
}

TEST_P(HeifTest, MetadataTravels) {
  Exiv2::ExifData exif;
  exif["Exif.Image.Orientation"] = std::uint16_t{6};
  exif["Exif.Image.Make"] = std::string("Tester");
  exif["Exif.Photo.PixelXDimension"] = std::uint32_t{1};
  const Bytes tiff = EncodeExif(&exif);
  const std::string xmp =
      "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "
      "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' "
      "xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:CreatorTool='A pencil'/></rdf:RDF></x:xmpmeta>";
  Camera camera(GetParam());
  const HeifPtr<heif_image_handle> photo = camera.Add(MakeTestImage({104, 72}, CV_8UC3));
  heif_context_add_exif_metadata(camera.context(), photo.get(), tiff.data(),
                                 static_cast<int>(tiff.size()));
  heif_context_add_XMP_metadata(camera.context(), photo.get(), xmp.data(),
                                static_cast<int>(xmp.size()));
  Image image = Decoded(camera.File());
  EXPECT_EQ(image.pixels.size(), cv::Size(104, 72)) << "EXIF alone turns nothing";
  RawMetadata raw = RawOf(image);
  raw.icc = FakeProfile();
  image.metadata = Metadata::FromRaw(raw);
  for (int generation = 0; generation < 2; ++generation) {
    image = Decoded(EncodeImage(image, {}));
    raw = RawOf(image);
    Exiv2::ExifData found = DecodeExif(raw.exif);
    EXPECT_EQ(found["Exif.Image.Make"].toString(), "Tester");
    EXPECT_EQ(ToInteger(found["Exif.Image.Orientation"]), 1);
    EXPECT_EQ(ToInteger(found["Exif.Photo.PixelXDimension"]), 104);
    EXPECT_EQ(raw.icc, FakeProfile());
    EXPECT_NE(std::string(raw.xmp.begin(), raw.xmp.end()).find("A pencil"), std::string::npos);
  }
  const Image jpeg = Decoded(EncodeImage(image, {ImageFormat::kJpeg, 0}));
  EXPECT_FALSE(RawOf(jpeg).exif.empty());
  EXPECT_EQ(jpeg.pixels.size(), image.pixels.size());
}

TEST_P(HeifTest, ColoursWithoutAProfileStayInTheirFormat) {
  Camera camera(GetParam());
  const HeifPtr<heif_color_profile_nclx> nclx(heif_nclx_color_profile_alloc());
  nclx->color_primaries = heif_color_primaries_ITU_R_BT_2020_2_and_2100_0;
  nclx->transfer_characteristics = heif_transfer_characteristic_ITU_R_BT_2100_0_PQ;
  nclx->matrix_coefficients = heif_matrix_coefficients_ITU_R_BT_2020_2_non_constant_luminance;
  camera.options()->macOS_compatibility_workaround_no_nclx_profile = 0;
  camera.Add(MakeTestImage({104, 72}, CV_8UC3), 0, nclx.get());
  const Image image = Decoded(camera.File());
  const Image again = Decoded(EncodeImage(image, {}));
  EXPECT_GT(Psnr(again.pixels, image.pixels), 38);
  try {
    EncodeImage(again, {ImageFormat::kPng, 0});  // again: the profile must have gone along
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kOutput);
    EXPECT_NE(std::string(error.what()).find("CICP 9/16"), std::string::npos) << error.what();
  }
  EXPECT_NO_THROW(EncodeImage(Decoded(Encoded(MakeTestImage({64, 48}, CV_8UC3), GetParam())),
                              {ImageFormat::kPng, 0}));
}

TEST_P(HeifTest, AThumbnailIsNoSecondImage) {
  Camera camera(GetParam());
  camera.Add(MakeTestImage({304, 272}, CV_8UC3), 100);
  EXPECT_EQ(Decoded(camera.File()).pixels.size(), cv::Size(304, 272));
}

TEST_P(HeifTest, SeveralImagesAreRefused) {
  Camera camera(GetParam());
  camera.Add(MakeTestImage({104, 72}, CV_8UC3));
  camera.Add(MakeTestImage({104, 72}, CV_8UC3, 2));
  EXPECT_NE(MessageFor(camera.File()).find("several images"), std::string::npos);
}

TEST_P(HeifTest, SequencesAreRefusedAndVideosOfMotionPhotosTold) {
  const Bytes plain = Encoded(MakeTestImage({64, 48}, CV_8UC3), GetParam(), 90);
  EXPECT_NE(MessageFor(WithBox(plain, "moov")).find("sequence"), std::string::npos);
  std::string warning;
  Decoded(WithBox(plain, "mpvd"), &warning);
  EXPECT_NE(warning.find("motion video"), std::string::npos) << warning;
  warning.clear();
  Decoded(WithBox(WithBox(plain, "ftyp"), "moov"), &warning);
  EXPECT_NE(warning.find("motion video"), std::string::npos) << warning;
}

TEST_P(HeifTest, AnAppleGainMapIsTold) {
  // libheif writes no such image: an alpha channel whose type is renamed stands for it.
  const Bytes file = Encoded(MakeTestImage({64, 48}, CV_8UC4), GetParam(), 90);
  for (const std::string type :
       {"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", "urn:mpeg:hevc:2015:auxid:1"}) {
    if (std::search(file.begin(), file.end(), type.begin(), type.end()) == file.end()) continue;
    std::string gain = "urn:x:hdrgainmap";
    gain.resize(type.size(), '_');
    std::string warning;
    const Image image = Decoded(Replaced(file, type, gain), &warning);
    EXPECT_EQ(image.pixels.channels(), 3);
    EXPECT_NE(warning.find("HDR gain map"), std::string::npos) << warning;
    return;
  }
  ADD_FAILURE() << "no auxiliary type found";
}

TEST_P(HeifTest, EveryPrefixIsRefused) {
  const Bytes whole = Encoded(MakeTestImage({64, 48}, CV_8UC3), GetParam(), 90);
  ::testing::internal::CaptureStderr();
  for (std::size_t length = 0; length < whole.size(); length += 1 + length / 30) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_NE(MessageFor(cut), "") << length << " of " << whole.size();
  }
  const Bytes cut(whole.begin(), whole.end() - 1);
  EXPECT_NE(MessageFor(cut).find("truncated"), std::string::npos) << MessageFor(cut);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

/// What the decoders behind libheif print about broken streams is beyond us; cut files they never
/// see.
TEST_P(HeifTest, DamageIsOneLine) {
  const Bytes whole = Encoded(MakeTestImage({64, 48}, CV_8UC3), GetParam(), 90);
  int refused = 0;
  ::testing::internal::CaptureStderr();  // keeps the test's own output readable
  for (std::size_t at = 0; at < std::min<std::size_t>(whole.size(), 500); ++at) {
    for (const std::uint8_t change : Bytes{0x55, 0xFF}) {
      Bytes damaged = whole;
      damaged[at] ^= change;
      try {
        std::string warning;
        DecodeImage(damaged, {1'000'000}, &warning);
      } catch (const Error& error) {
        ++refused;
        EXPECT_EQ(error.kind(), ErrorKind::kInput);
        EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
      }
    }
  }
  ::testing::internal::GetCapturedStderr();
  EXPECT_GT(refused, 100) << "most of these bytes are headers";
}

TEST_P(HeifTest, MaxPixelsIsKeptBeforeDecoding) {
  std::string warning;
  const Bytes file = Encoded(MakeTestImage({64, 48}, CV_8UC3), GetParam(), 90);
  EXPECT_NO_THROW(DecodeImage(file, {std::int64_t{64} * 48}, &warning));
  EXPECT_THROW(DecodeImage(file, {std::int64_t{64} * 48 - 1}, &warning), Error);
}

TEST_P(HeifTest, TheSameBytesAlways) {
  const cv::Mat pixels = MakeTestImage({304, 272}, CV_8UC3);
  const Bytes expected = Encoded(pixels, GetParam(), 90);
  std::vector<Bytes> files(4);
  std::vector<std::thread> threads;
  for (Bytes& file : files) {
    threads.emplace_back([&file, &pixels] { file = Encoded(pixels, GetParam(), 90); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Bytes& file : files) EXPECT_EQ(file, expected);
}

INSTANTIATE_TEST_SUITE_P(Formats, HeifTest,
                         ::testing::Values(ImageFormat::kHeic, ImageFormat::kAvif),
                         [](const auto& kind) { return std::string(FormatName(kind.param)); });

}  // namespace
}  // namespace facedeblur

#else

TEST(Heif, IsTested) { GTEST_SKIP() << "this was built without libheif"; }

#endif
