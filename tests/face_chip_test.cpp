#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "face_fixture.h"
#include "facedeblur/face/chip.h"
#include "facedeblur/util/error.h"
#include "support.h"

namespace facedeblur {
namespace {

using testing::MakeLandmarks;
using testing::MakeTestImage;

TEST(PlaceChip, LandmarksLandOnTheTemplate) {
  const Landmarks landmarks = MakeLandmarks({300, 200}, 84);
  const ChipGeometry geometry = PlaceChip(landmarks, FaceNetworkTemplate());
  EXPECT_EQ(geometry.size, 320);  // twice the template: eyes 84 px apart instead of 42
  const cv::Point2d left_eye = geometry.chip_from_image(cv::Point2d(300 - 42, 200));
  EXPECT_NEAR(left_eye.x, 118.5, 0.3);
  EXPECT_NEAR(left_eye.y, 132.5, 0.3);
}

TEST(WithSurroundings, HasTheChipInItsMiddle) {
  const cv::Mat image = MakeTestImage({600, 500}, CV_8UC3);
  const ChipGeometry geometry{128, {1, 0, -250, -200}};
  const ChipGeometry wide = WithSurroundings(geometry);
  EXPECT_EQ(wide.size, 192);
  const cv::Mat chip = ExtractChip(image, geometry);
  const cv::Mat middle = ExtractChip(image, wide)(cv::Rect(32, 32, 128, 128));
  EXPECT_EQ(cv::norm(middle, chip, cv::NORM_INF), 0);
}

class ChipSizeTest : public ::testing::TestWithParam<float> {};

TEST_P(ChipSizeTest, IsAllowedAndDoesNotShrinkTheFace) {
  const ChipGeometry geometry =
      PlaceChip(MakeLandmarks({500, 500}, GetParam()), FaceNetworkTemplate());
  EXPECT_GE(geometry.size, kMinChipSize);
  EXPECT_LE(geometry.size, kMaxChipSize);
  EXPECT_EQ(geometry.size % kChipSizeStep, 0);
  if (geometry.size < kMaxChipSize) {
    EXPECT_GE(geometry.chip_from_image.Scale(), 0.999);
  }
  if (geometry.size > kMinChipSize) {
    EXPECT_LT(geometry.chip_from_image.Scale(), 1.5);
  }
}

INSTANTIATE_TEST_SUITE_P(EyeDistances, ChipSizeTest,
                         ::testing::Values(8.F, 17.F, 30.F, 42.F, 43.F, 84.F, 130.F, 300.F));

TEST(ExtractChip, WholePixelShiftCopiesPixels) {
  const cv::Mat image = MakeTestImage({200, 180}, CV_8UC3);
  const ChipGeometry geometry{64, {1, 0, -50, -40}};
  cv::Mat chip;
  ExtractChip(image, geometry).convertTo(chip, CV_8U, 255);
  EXPECT_EQ(cv::norm(chip, image(cv::Rect(50, 40, 64, 64)), cv::NORM_INF), 0);
}

TEST(ExtractChip, SixteenBitsGreyAndAlphaGiveTheSameRange) {
  for (const int type : {CV_8UC1, CV_8UC4, CV_16UC1, CV_16UC3, CV_16UC4}) {
    const cv::Mat chip = ExtractChip(MakeTestImage({100, 100}, type), {64, {1, 0, -10, -10}});
    ASSERT_EQ(chip.type(), CV_32FC3);
    double low = 0;
    double high = 0;
    cv::minMaxLoc(chip.reshape(1), &low, &high);
    EXPECT_GE(low, 0);
    EXPECT_LE(high, 1);
    EXPECT_GT(high, 0.5);
  }
}

TEST(ExtractChip, OutsideIsMirroredNotBlack) {
  const cv::Mat bright(60, 60, CV_8UC3, cv::Scalar::all(200));
  const cv::Mat chip = ExtractChip(bright, {96, {1, 0, 40, 40}});
  double low = 0;
  cv::minMaxLoc(chip.reshape(1), &low);
  EXPECT_NEAR(low, 200 / 255.0, 1e-5);
}

TEST(ExtractChip, ShrinkingAveragesInsteadOfSampling) {
  // Single-pixel stripes have a mean of one half; point samples would be 0 or 1.
  cv::Mat stripes(800, 800, CV_8UC3, cv::Scalar::all(0));
  for (int x = 0; x < stripes.cols; x += 2) stripes.col(x).setTo(cv::Scalar::all(255));
  const cv::Mat chip = ExtractChip(stripes, {128, {0.25, 0, -20, -20}});
  cv::Scalar mean;
  cv::Scalar deviation;
  cv::meanStdDev(chip, mean, deviation);
  EXPECT_NEAR(mean[0], 0.5, 0.02);
  EXPECT_LT(deviation[0], 0.1);
}

TEST(ExtractChip, ShrunkChipIsInPlace) {
  // A linear ramp keeps its values under any right resampling.
  cv::Mat ramp(600, 600, CV_16UC1);
  for (int x = 0; x < ramp.cols; ++x) ramp.col(x).setTo(cv::Scalar(100 * x));
  const ChipGeometry geometry{96, {0.3, 0, -30, -30}};
  const cv::Mat chip = ExtractChip(ramp, geometry);
  const Similarity image_from_chip = geometry.chip_from_image.Inverse();
  for (const int x : {10, 50, 80}) {
    const double expected = 100 * image_from_chip(cv::Point2d(x, 48)).x / 65535;
    EXPECT_NEAR(chip.at<cv::Vec3f>(48, x)[0], expected, 0.5 * 100 / 65535);
  }
}

TEST(ExtractChip, FaceOutsideTheImageThrows) {
  EXPECT_THROW(ExtractChip(MakeTestImage({50, 50}, CV_8UC3), {64, {1, 0, 1000, 0}}), Error);
}

TEST(WholeImageChip, SquareOfAllowedSizeIsTheIdentity) {
  const ChipGeometry geometry = WholeImageChip({64, 64});
  EXPECT_EQ(geometry.size, 64);
  EXPECT_EQ(geometry.chip_from_image.tx, 0);
  EXPECT_EQ(geometry.chip_from_image.ty, 0);
}

TEST(WholeImageChip, OtherSizesMoveByWholePixels) {
  const ChipGeometry geometry = WholeImageChip({89, 109});
  EXPECT_EQ(geometry.size, 128);
  EXPECT_EQ(geometry.chip_from_image.Scale(), 1);
  EXPECT_EQ(geometry.chip_from_image.tx, 19);
  EXPECT_EQ(geometry.chip_from_image.ty, 9);
}

TEST(WholeImageChip, LargeImagesAreShrunk) {
  const ChipGeometry geometry = WholeImageChip({1024, 768});
  EXPECT_EQ(geometry.size, kMaxChipSize);
  EXPECT_EQ(geometry.chip_from_image.Scale(), 0.5);
  EXPECT_NEAR(geometry.chip_from_image(cv::Point2d(-0.5, 0)).x, -0.5, 1e-12);  // edge on edge
}

}  // namespace
}  // namespace facedeblur
