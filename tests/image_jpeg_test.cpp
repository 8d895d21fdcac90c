#include <gtest/gtest.h>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "facedeblur/image/codec.h"
#include "facedeblur/image/metrics.h"
#include "facedeblur/util/error.h"
#include "image/jpeg_coding.h"
#include "image/jpeg_library.h"
#include "support.h"

namespace facedeblur {
namespace {

using testing::MakeTestImage;

Bytes OpenCvJpeg(const cv::Mat& pixels, int quality) {
  Bytes bytes;
  cv::imencode(".jpg", pixels, bytes, {cv::IMWRITE_JPEG_QUALITY, quality});
  return bytes;
}

Image Decoded(const Bytes& bytes) {
  std::string warning;
  return DecodeImage(bytes, {}, &warning);
}

const JpegCoding& CodingOf(const Image& image) {
  return dynamic_cast<const JpegCoding&>(*image.source);
}

TEST(Jpeg, DecodesWhatOpenCvDecodes) {
  const Bytes bytes = OpenCvJpeg(MakeTestImage({77, 51}, CV_8UC3), 90);
  const Image image = Decoded(bytes);
  EXPECT_EQ(cv::norm(image.pixels, cv::imdecode(bytes, cv::IMREAD_COLOR), cv::NORM_INF), 0);
  ASSERT_EQ(CodingOf(image).components.size(), 3U);
  EXPECT_EQ(CodingOf(image).components[0].horizontal_sampling, 2);  // OpenCV writes 4:2:0
}

TEST(Jpeg, GreyStaysGrey) {
  const Bytes bytes = OpenCvJpeg(MakeTestImage({33, 20}, CV_8UC1), 90);
  EXPECT_EQ(Decoded(bytes).pixels.type(), CV_8UC1);
}

class JpegQualityTest : public ::testing::TestWithParam<int> {};

TEST_P(JpegQualityTest, KeepsTablesAndSamplingOfTheSource) {
  const Bytes source = OpenCvJpeg(MakeTestImage({80, 64}, CV_8UC3), GetParam());
  const Image image = Decoded(source);
  const Image again = Decoded(EncodeImage(image, {}));
  EXPECT_EQ(CodingOf(again).tables, CodingOf(image).tables);
  ASSERT_EQ(CodingOf(again).components.size(), CodingOf(image).components.size());
  for (std::size_t i = 0; i < CodingOf(again).components.size(); ++i) {
    const JpegCoding::Component& component = CodingOf(again).components[i];
    const JpegCoding::Component& expected = CodingOf(image).components[i];
    EXPECT_EQ(component.table, expected.table);
    EXPECT_EQ(component.horizontal_sampling, expected.horizontal_sampling);
  }
}

TEST_P(JpegQualityTest, AnotherGenerationCostsAlmostNothing) {
  const Bytes source = OpenCvJpeg(MakeTestImage({80, 64}, CV_8UC3), GetParam());
  std::string warning;
  const Image first = DecodeImage(source, {}, &warning);
  const Image second = DecodeImage(EncodeImage(first, {}), {}, &warning);
  EXPECT_GT(Psnr(second.pixels, first.pixels), 42);
}

INSTANTIATE_TEST_SUITE_P(Qualities, JpegQualityTest, ::testing::Values(35, 60, 85, 98));

/// Where a change may show: its 16x16 neighbourhoods (the largest block of subsampled colour), and
/// one more colour sample for smooth upsampling.
cv::Mat Reach(const cv::Mat& before, const cv::Mat& after) {
  cv::Mat reach(before.size(), CV_8U, cv::Scalar(0));
  for (int y = 0; y < before.rows; y += 16) {
    for (int x = 0; x < before.cols; x += 16) {
      const cv::Rect cell = cv::Rect(x, y, 16, 16) & cv::Rect(0, 0, before.cols, before.rows);
      if (cv::norm(before(cell), after(cell), cv::NORM_INF) > 0) reach(cell).setTo(255);
    }
  }
  cv::dilate(reach, reach, cv::Mat::ones(5, 5, CV_8U));
  return reach;
}

TEST_P(JpegQualityTest, NoChangeNoDifference) {
  for (const int type : {CV_8UC1, CV_8UC3}) {
    const Bytes source = OpenCvJpeg(MakeTestImage({77, 61}, type), GetParam());
    std::string warning;
    const Image image = DecodeImage(source, {}, &warning);
    Image same = image;
    same.pixels = image.pixels.clone();
    const Image again = DecodeImage(EncodeImage(same, {}), {}, &warning);
    EXPECT_EQ(cv::norm(again.pixels, image.pixels, cv::NORM_INF), 0);
  }
}

TEST_P(JpegQualityTest, BlocksWithoutChangeKeepTheirBits) {
  for (const bool progressive : {false, true}) {
    Bytes source;
    cv::imencode(
        ".jpg", MakeTestImage({200, 170}, CV_8UC3), source,
        {cv::IMWRITE_JPEG_QUALITY, GetParam(), cv::IMWRITE_JPEG_PROGRESSIVE, progressive ? 1 : 0});
    std::string warning;
    const Image image = DecodeImage(source, {}, &warning);
    Image changed = image;
    changed.pixels = image.pixels.clone();
    changed.pixels(cv::Rect(61, 50, 40, 37)) += cv::Scalar(20, 30, 10);
    const cv::Mat written = DecodeImage(EncodeImage(changed, {}), {}, &warning).pixels;
    const cv::Mat outside = Reach(image.pixels, changed.pixels) == 0;
    EXPECT_GT(cv::countNonZero(outside), 200 * 170 / 2);
    EXPECT_EQ(cv::norm(written, image.pixels, cv::NORM_INF, outside), 0);
    const cv::Rect middle(70, 58, 20, 20);
    EXPECT_LT(cv::norm(written(middle), changed.pixels(middle), cv::NORM_L1) / 1200, 8);
    EXPECT_GT(cv::norm(written(middle), image.pixels(middle), cv::NORM_L1) / 1200, 12);
  }
}

TEST(Jpeg, OnlyKeptPixelsNeedToBeCompared) {
  std::string warning;
  const Bytes source = OpenCvJpeg(MakeTestImage({200, 170}, CV_8UC3), 90);
  Image copied = DecodeImage(source, {}, &warning);
  const cv::Rect place(61, 50, 40, 37);
  copied.pixels = copied.pixels.clone();
  copied.pixels(place) += cv::Scalar(20, 30, 10);
  Image in_place = DecodeImage(source, {}, &warning);
  KeepSourcePixels(place, &in_place);
  in_place.pixels(place) += cv::Scalar(20, 30, 10);
  EXPECT_EQ(EncodeImage(in_place, {}), EncodeImage(copied, {}));
}

TEST(Jpeg, NothingChangedNeedsNoPixels) {
  std::string warning;
  const Bytes source = OpenCvJpeg(MakeTestImage({90, 70}, CV_8UC3), 80);
  Image image = DecodeImage(source, {}, &warning);
  const cv::Mat before = image.pixels.clone();
  KeepSourcePixels({}, &image);
  const Image again = DecodeImage(EncodeImage(image, {}), {}, &warning);
  EXPECT_EQ(cv::norm(again.pixels, before, cv::NORM_INF), 0) << "blocks are taken over";
}

TEST(Jpeg, ImagesTurnedUprightAreCodedAfresh) {
  const Bytes source = OpenCvJpeg(MakeTestImage({64, 48}, CV_8UC3), 90);
  Image image = Decoded(source);
  JpegCoding turned = CodingOf(image);
  turned.Turn(6);
  image.source = std::make_shared<JpegCoding>(turned);
  cv::rotate(image.pixels, image.pixels, cv::ROTATE_90_CLOCKWISE);
  const Image again = Decoded(EncodeImage(image, {}));
  EXPECT_EQ(again.pixels.size(), cv::Size(48, 64));
  EXPECT_GT(Psnr(again.pixels, image.pixels), 30);
}

TEST(Jpeg, TablesAndSamplingTurnWithTheImage) {
  JpegCoding coding;
  coding.components = {{2, 1, 0}};
  coding.tables.resize(1);
  for (std::size_t i = 0; i < 64; ++i) coding.tables[0][i] = static_cast<std::uint16_t>(i);
  coding.density_x = 300;
  coding.density_y = 150;
  JpegCoding mirrored = coding;
  mirrored.Turn(3);
  EXPECT_EQ(mirrored.tables, coding.tables);
  JpegCoding turned = coding;
  turned.Turn(8);
  EXPECT_EQ(turned.components[0].horizontal_sampling, 1);
  EXPECT_EQ(turned.components[0].vertical_sampling, 2);
  EXPECT_EQ(turned.density_x, 150);
  for (std::size_t row = 0; row < 8; ++row) {
    for (std::size_t column = 0; column < 8; ++column) {
      EXPECT_EQ(turned.tables[0][row * 8 + column], coding.tables[0][column * 8 + row]);
    }
  }
}

TEST(Jpeg, FullChromaForImagesThatWereNoJpeg) {
  Image image;
  image.pixels = MakeTestImage({40, 40}, CV_8UC3);
  const Image again = Decoded(EncodeImage(image, {ImageFormat::kJpeg, 0}));
  EXPECT_EQ(CodingOf(again).components[0].horizontal_sampling, 1);
  EXPECT_EQ(CodingOf(again).components[0].vertical_sampling, 1);
}

TEST(Jpeg, QualityOptionChangesTheTables) {
  Image image;
  image.pixels = MakeTestImage({40, 40}, CV_8UC3);
  EXPECT_LT(EncodeImage(image, {ImageFormat::kJpeg, 20}).size(),
            EncodeImage(image, {ImageFormat::kJpeg, 95}).size());
}

TEST(Jpeg, TruncatedScanIsAnErrorNotGrey) {
  const Bytes whole = OpenCvJpeg(MakeTestImage({160, 120}, CV_8UC3), 95);
  for (const double part : {0.3, 0.5, 0.9, 0.98}) {
    const auto length = static_cast<std::ptrdiff_t>(part * static_cast<double>(whole.size()));
    EXPECT_THROW(Decoded(Bytes(whole.begin(), whole.begin() + length)), Error) << part;
  }
}

TEST(Jpeg, DamagedScanIsAnError) {
  Bytes bytes = OpenCvJpeg(MakeTestImage({160, 120}, CV_8UC3), 95);
  for (std::size_t i = bytes.size() / 2; i < bytes.size() / 2 + 200; ++i) bytes[i] = 0xFF;
  EXPECT_THROW(Decoded(bytes), Error);
}

TEST(Jpeg, BytesAfterTheEndDoNoHarm) {
  Bytes bytes = OpenCvJpeg(MakeTestImage({40, 40}, CV_8UC3), 95);
  bytes.insert(bytes.end(), 1000, 0xAB);
  EXPECT_NO_THROW(Decoded(bytes));
}

TEST(Jpeg, ProgressiveStaysProgressive) {
  Bytes source;
  cv::imencode(".jpg", MakeTestImage({80, 64}, CV_8UC3), source, {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
  const Image image = Decoded(source);
  EXPECT_TRUE(CodingOf(image).progressive);
  EXPECT_TRUE(CodingOf(Decoded(EncodeImage(image, {}))).progressive);
}

/// Four components as they are, as Photoshop writes CMYK; or YCCK, converted by libjpeg.
Bytes CmykJpeg(const cv::Mat& cmyk, J_COLOR_SPACE color_space) {
  JpegEncoder encoder;
  if (setjmp(encoder.errors.on_error) != 0) return {};
  encoder.Create();
  jpeg_compress_struct* codec = &encoder.codec;
  codec->image_width = static_cast<JDIMENSION>(cmyk.cols);
  codec->image_height = static_cast<JDIMENSION>(cmyk.rows);
  codec->input_components = 4;
  codec->in_color_space = JCS_CMYK;
  jpeg_set_defaults(codec);
  jpeg_set_colorspace(codec, color_space);
  jpeg_start_compress(codec, TRUE);
  for (int y = 0; y < cmyk.rows; ++y) {
    auto* row = const_cast<JSAMPROW>(cmyk.ptr(y));
    jpeg_write_scanlines(codec, &row, 1);
  }
  jpeg_finish_compress(codec);
  return encoder.File();
}

TEST(Jpeg, CmykBecomesWhatOpenCvMakesOfIt) {
  for (const J_COLOR_SPACE color_space : {JCS_CMYK, JCS_YCCK}) {
    const Bytes file = CmykJpeg(MakeTestImage({77, 51}, CV_8UC4), color_space);
    std::string warning;
    const Image image = DecodeImage(file, {}, &warning);
    EXPECT_NE(warning, "");
    const cv::Mat expected = cv::imdecode(file, cv::IMREAD_COLOR);
    ASSERT_EQ(image.pixels.type(), CV_8UC3);
    EXPECT_EQ(cv::norm(image.pixels, expected, cv::NORM_INF), 0);
    const Image again = Decoded(EncodeImage(image, {}));
    EXPECT_EQ(again.pixels.size(), image.pixels.size());
    EXPECT_GT(Psnr(again.pixels, image.pixels), 30);
  }
}

TEST(Jpeg, DamagedCmykIsAnError) {
  const Bytes file = CmykJpeg(MakeTestImage({77, 51}, CV_8UC4), JCS_CMYK);
  const auto half = static_cast<std::ptrdiff_t>(file.size() / 2);
  EXPECT_THROW(Decoded(Bytes(file.begin(), file.begin() + half)), Error);
}

}  // namespace
}  // namespace facedeblur
