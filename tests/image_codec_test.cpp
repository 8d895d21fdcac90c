#include <gtest/gtest.h>

#include <opencv2/imgcodecs.hpp>
#include <string>
#include <tuple>

#include "facedeblur/image/codec.h"
#include "facedeblur/image/metrics.h"
#include "facedeblur/util/error.h"
#include "support.h"

namespace facedeblur {
namespace {

using testing::MakeTestImage;

Image RoundTrip(const Image& image, const EncodeOptions& options) {
  std::string warning;
  Image decoded = DecodeImage(EncodeImage(image, options), {}, &warning);
  EXPECT_EQ(warning, "");
  return decoded;
}

class LosslessTest : public ::testing::TestWithParam<std::tuple<ImageFormat, int>> {};

TEST_P(LosslessTest, KeepsEveryBit) {
  const auto [format, type] = GetParam();
  Image image;
  image.pixels = MakeTestImage({41, 29}, type);
  const Image decoded = RoundTrip(image, {format, 0});
  ASSERT_EQ(decoded.pixels.type(), type);
  EXPECT_EQ(cv::norm(decoded.pixels, image.pixels, cv::NORM_INF), 0);
  EXPECT_EQ(decoded.format, format);
}

INSTANTIATE_TEST_SUITE_P(
    Formats, LosslessTest,
    ::testing::Values(
        std::tuple{ImageFormat::kPng, CV_8UC1}, std::tuple{ImageFormat::kPng, CV_8UC3},
        std::tuple{ImageFormat::kPng, CV_8UC4}, std::tuple{ImageFormat::kPng, CV_16UC1},
        std::tuple{ImageFormat::kPng, CV_16UC3}, std::tuple{ImageFormat::kPng, CV_16UC4},
        std::tuple{ImageFormat::kTiff, CV_8UC1}, std::tuple{ImageFormat::kTiff, CV_8UC3},
        std::tuple{ImageFormat::kTiff, CV_8UC4}, std::tuple{ImageFormat::kTiff, CV_16UC3},
        std::tuple{ImageFormat::kTiff, CV_16UC4}, std::tuple{ImageFormat::kWebp, CV_8UC3},
        std::tuple{ImageFormat::kBmp, CV_8UC3}, std::tuple{ImageFormat::kPnm, CV_8UC1},
        std::tuple{ImageFormat::kPnm, CV_8UC3}, std::tuple{ImageFormat::kPnm, CV_16UC3}));

TEST(Codec, LossyWebpStaysClose) {
  Image image;
  image.pixels = MakeTestImage({64, 64}, CV_8UC3);
  EXPECT_GT(Psnr(RoundTrip(image, {ImageFormat::kWebp, 90}).pixels, image.pixels), 34);
}

TEST(Codec, WebpIsLossyWhereItsSourceWas) {
  Image image;
  image.pixels = MakeTestImage({64, 64}, CV_8UC3);
  const Image jpeg = RoundTrip(image, {ImageFormat::kJpeg, 0});
  const Image lossy = RoundTrip(image, {ImageFormat::kWebp, 90});
  const Image lossless = RoundTrip(image, {ImageFormat::kWebp, 0});
  EXPECT_EQ(cv::norm(lossless.pixels, image.pixels, cv::NORM_INF), 0);
  for (const Image* source : {&jpeg, &lossy, &lossless}) {
    const Image again = RoundTrip(*source, {ImageFormat::kWebp, 0});
    EXPECT_EQ(cv::norm(again.pixels, source->pixels, cv::NORM_INF) > 0, source != &lossless);
  }
}

TEST(Codec, WebpKeepsTransparency) {
  Image image;
  image.pixels = MakeTestImage({64, 64}, CV_8UC4);
  EXPECT_EQ(RoundTrip(image, {ImageFormat::kWebp, 0}).pixels.channels(), 4);
}

TEST(Codec, SixteenBitsBecomeEightByScalingNotCutting) {
  Image image;
  image.pixels = cv::Mat(16, 16, CV_16UC3, cv::Scalar::all(32768));
  const Image decoded = RoundTrip(image, {ImageFormat::kBmp, 0});
  EXPECT_EQ(decoded.pixels.at<cv::Vec3b>(0, 0), cv::Vec3b(128, 128, 128));
}

TEST(Codec, RefusesToDropTransparencySilently) {
  Image image;
  image.pixels = MakeTestImage({16, 16}, CV_8UC4);
  for (const ImageFormat format : {ImageFormat::kJpeg, ImageFormat::kPnm}) {
    try {
      EncodeImage(image, {format, 0});
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kOutput);
      EXPECT_NE(std::string(error.what()).find("use PNG, TIFF, WebP, BMP"), std::string::npos)
          << error.what();
    }
  }
}

TEST(Codec, RefusesFloatingPointSamples) {
  cv::Mat floating(16, 16, CV_32FC3, cv::Scalar::all(0.5));
  Bytes bytes;
  cv::imencode(".tiff", floating, bytes);
  std::string warning;
  try {
    DecodeImage(bytes, {}, &warning);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
  }
}

TEST(Codec, DecodesByContentWhateverTheName) {
  // The codec never sees a name; a TIFF and a JPEG give their own formats.
  Image image;
  image.pixels = MakeTestImage({32, 32}, CV_8UC3);
  EXPECT_EQ(RoundTrip(image, {ImageFormat::kTiff, 0}).format, ImageFormat::kTiff);
  EXPECT_EQ(RoundTrip(image, {ImageFormat::kJpeg, 0}).format, ImageFormat::kJpeg);
}

}  // namespace
}  // namespace facedeblur
