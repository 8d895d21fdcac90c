#include <gtest/gtest.h>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "facedeblur/image/codec.h"
#include "facedeblur/image/metrics.h"
#include "facedeblur/util/error.h"
#include "image/jpeg_codec.h"
#include "support.h"

namespace facedeblur {
namespace {

using testing::MakePicture;

Bytes OpenCvJpeg(const cv::Mat& picture, int quality) {
  Bytes bytes;
  cv::imencode(".jpg", picture, bytes, {cv::IMWRITE_JPEG_QUALITY, quality});
  return bytes;
}

TEST(Jpeg, DecodesWhatOpenCvDecodes) {
  const Bytes bytes = OpenCvJpeg(MakePicture({77, 51}, CV_8UC3), 90);
  JpegTraits traits;
  const cv::Mat ours = DecodeJpeg(bytes, &traits);
  EXPECT_EQ(cv::norm(ours, cv::imdecode(bytes, cv::IMREAD_COLOR), cv::NORM_INF), 0);
  ASSERT_EQ(traits.components.size(), 3U);
  EXPECT_EQ(traits.components[0].horizontal_sampling, 2);  // OpenCV writes 4:2:0
}

TEST(Jpeg, GreyStaysGrey) {
  const Bytes bytes = OpenCvJpeg(MakePicture({33, 20}, CV_8UC1), 90);
  JpegTraits traits;
  EXPECT_EQ(DecodeJpeg(bytes, &traits).type(), CV_8UC1);
}

class JpegQualityTest : public ::testing::TestWithParam<int> {};

TEST_P(JpegQualityTest, KeepsTablesAndSamplingOfTheSource) {
  const Bytes source = OpenCvJpeg(MakePicture({80, 64}, CV_8UC3), GetParam());
  std::string warning;
  const Image image = DecodeImage(source, {}, &warning);
  JpegTraits traits;
  DecodeJpeg(EncodeImage(image, {}), &traits);
  ASSERT_EQ(traits.tables.size(), image.jpeg.tables.size());
  EXPECT_EQ(traits.tables, image.jpeg.tables);
  for (std::size_t i = 0; i < traits.components.size(); ++i) {
    EXPECT_EQ(traits.components[i].table, image.jpeg.components[i].table);
    EXPECT_EQ(traits.components[i].horizontal_sampling,
              image.jpeg.components[i].horizontal_sampling);
  }
}

TEST_P(JpegQualityTest, AnotherGenerationCostsAlmostNothing) {
  const Bytes source = OpenCvJpeg(MakePicture({80, 64}, CV_8UC3), GetParam());
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
    const Bytes source = OpenCvJpeg(MakePicture({77, 61}, type), GetParam());
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
        ".jpg", MakePicture({200, 170}, CV_8UC3), source,
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
  const Bytes source = OpenCvJpeg(MakePicture({200, 170}, CV_8UC3), 90);
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
  const Bytes source = OpenCvJpeg(MakePicture({90, 70}, CV_8UC3), 80);
  Image image = DecodeImage(source, {}, &warning);
  const cv::Mat before = image.pixels.clone();
  KeepSourcePixels({}, &image);
  const Image again = DecodeImage(EncodeImage(image, {}), {}, &warning);
  EXPECT_EQ(cv::norm(again.pixels, before, cv::NORM_INF), 0) << "blocks are taken over";
}

TEST(Jpeg, PicturesTurnedUprightAreCodedAfresh) {
  const Bytes source = OpenCvJpeg(MakePicture({64, 48}, CV_8UC3), 90);
  std::string warning;
  Image image = DecodeImage(source, {}, &warning);
  image.jpeg.source_pixels.release();
  cv::rotate(image.pixels, image.pixels, cv::ROTATE_90_CLOCKWISE);
  const Image again = DecodeImage(EncodeImage(image, {}), {}, &warning);
  EXPECT_EQ(again.pixels.size(), cv::Size(48, 64));
  EXPECT_GT(Psnr(again.pixels, image.pixels), 30);
}

TEST(Jpeg, FullChromaForPicturesThatWereNoJpeg) {
  Image image;
  image.pixels = MakePicture({40, 40}, CV_8UC3);
  JpegTraits traits;
  DecodeJpeg(EncodeImage(image, {ImageFormat::kJpeg, 0}), &traits);
  EXPECT_EQ(traits.components[0].horizontal_sampling, 1);
  EXPECT_EQ(traits.components[0].vertical_sampling, 1);
}

TEST(Jpeg, QualityOptionChangesTheTables) {
  Image image;
  image.pixels = MakePicture({40, 40}, CV_8UC3);
  EXPECT_LT(EncodeImage(image, {ImageFormat::kJpeg, 20}).size(),
            EncodeImage(image, {ImageFormat::kJpeg, 95}).size());
}

TEST(Jpeg, TruncatedScanIsAnErrorNotGrey) {
  const Bytes whole = OpenCvJpeg(MakePicture({160, 120}, CV_8UC3), 95);
  for (const double part : {0.3, 0.5, 0.9, 0.98}) {
    const auto length = static_cast<std::ptrdiff_t>(part * static_cast<double>(whole.size()));
    JpegTraits traits;
    EXPECT_THROW(DecodeJpeg(Bytes(whole.begin(), whole.begin() + length), &traits), Error) << part;
  }
}

TEST(Jpeg, DamagedScanIsAnError) {
  Bytes bytes = OpenCvJpeg(MakePicture({160, 120}, CV_8UC3), 95);
  for (std::size_t i = bytes.size() / 2; i < bytes.size() / 2 + 200; ++i) bytes[i] = 0xFF;
  JpegTraits traits;
  EXPECT_THROW(DecodeJpeg(bytes, &traits), Error);
}

TEST(Jpeg, BytesAfterTheEndDoNoHarm) {
  Bytes bytes = OpenCvJpeg(MakePicture({40, 40}, CV_8UC3), 95);
  bytes.insert(bytes.end(), 1000, 0xAB);
  JpegTraits traits;
  EXPECT_NO_THROW(DecodeJpeg(bytes, &traits));
}

TEST(Jpeg, ProgressiveStaysProgressive) {
  Bytes source;
  cv::imencode(".jpg", MakePicture({80, 64}, CV_8UC3), source, {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
  std::string warning;
  const Image image = DecodeImage(source, {}, &warning);
  JpegTraits traits;
  DecodeJpeg(EncodeImage(image, {}), &traits);
  EXPECT_TRUE(image.jpeg.progressive);
  EXPECT_TRUE(traits.progressive);
}

}  // namespace
}  // namespace facedeblur
