#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "face_fixture.h"
#include "facedeblur/face/compositor.h"
#include "facedeblur/face/face_mask.h"
#include "support.h"

namespace facedeblur {
namespace {

using testing::MakeLandmarks;
using testing::MakeTestImage;

ChipChange ConstantChange(const ChipGeometry& geometry, cv::Mat mask, double value) {
  return {geometry, cv::Mat(geometry.size, geometry.size, CV_32FC3, cv::Scalar::all(value)),
          std::move(mask)};
}

class DepthTest : public ::testing::TestWithParam<int> {};

TEST_P(DepthTest, ZeroResidualChangesNothing) {
  const cv::Mat before = MakeTestImage({300, 260}, GetParam());
  const Landmarks landmarks = MakeLandmarks({140, 100}, 50);
  const ChipGeometry geometry = PlaceChip(landmarks, FaceNetworkTemplate());
  cv::Mat after = before.clone();
  ApplyChange(ConstantChange(geometry, BlendingMask(landmarks, geometry), 0), 1, &after);
  EXPECT_EQ(cv::norm(after, before, cv::NORM_INF), 0);
}

TEST_P(DepthTest, OutsideTheMaskEveryBitStays) {
  const cv::Mat before = MakeTestImage({300, 260}, GetParam());
  const Landmarks landmarks = MakeLandmarks({140, 100}, 30);
  const ChipGeometry geometry = PlaceChip(landmarks, FaceNetworkTemplate());
  const cv::Mat mask = BlendingMask(landmarks, geometry);
  cv::Mat after = before.clone();
  ApplyChange(ConstantChange(geometry, mask, 0.2), 1, &after);
  // The mask as the image sees it, grown by the reach of cubic interpolation.
  cv::Mat in_image;
  cv::warpAffine(mask, in_image, geometry.chip_from_image.Inverse().Matrix(), before.size());
  cv::Mat outside;
  cv::dilate(in_image > 0, outside, cv::Mat::ones(7, 7, CV_8U));
  outside = outside == 0;
  EXPECT_GT(cv::countNonZero(outside), 10000);
  EXPECT_EQ(cv::norm(after, before, cv::NORM_INF, outside), 0);
  EXPECT_GT(cv::norm(after, before, cv::NORM_INF), 0);
}

INSTANTIATE_TEST_SUITE_P(Types, DepthTest,
                         ::testing::Values(CV_8UC1, CV_8UC3, CV_8UC4, CV_16UC1, CV_16UC3,
                                           CV_16UC4));

TEST(ApplyChange, AddsTheResidualInTheImagesOwnUnits) {
  cv::Mat eight(100, 100, CV_8UC3, cv::Scalar(10, 100, 200));
  cv::Mat sixteen(100, 100, CV_16UC3, cv::Scalar(2570, 25700, 51400));
  const ChipChange change = ConstantChange({64, {1, 0, -20, -20}}, FullMask(64), 0.1);
  ApplyChange(change, 1, &eight);
  ApplyChange(change, 1, &sixteen);
  EXPECT_EQ(eight.at<cv::Vec3b>(50, 50), cv::Vec3b(36, 126, 226));
  EXPECT_EQ(sixteen.at<cv::Vec3w>(50, 50), cv::Vec3w(9124, 32254, 57954));
}

TEST(ApplyChange, StrengthScales) {
  const ChipChange change = ConstantChange({64, {1, 0, -20, -20}}, FullMask(64), 0.2);
  for (const double strength : {0.0, 0.25, 0.5, 1.0}) {
    cv::Mat image(100, 100, CV_8UC3, cv::Scalar::all(100));
    ApplyChange(change, strength, &image);
    EXPECT_EQ(image.at<cv::Vec3b>(50, 50)[0], cvRound(100 + 51 * strength));
  }
}

TEST(ApplyChange, SaturatesInsteadOfWrapping) {
  cv::Mat image(100, 100, CV_8UC3, cv::Scalar(250, 250, 5));
  ApplyChange(ConstantChange({64, {1, 0, -20, -20}}, FullMask(64), 0.5), 1, &image);
  EXPECT_EQ(image.at<cv::Vec3b>(50, 50)[0], 255);
}

TEST(ApplyChange, TransparencyKeepsItsBits) {
  cv::Mat image = MakeTestImage({100, 100}, CV_8UC4);
  std::vector<cv::Mat> before;
  cv::split(image, before);
  ApplyChange(ConstantChange({64, {1, 0, -20, -20}}, FullMask(64), 0.3), 1, &image);
  std::vector<cv::Mat> after;
  cv::split(image, after);
  EXPECT_EQ(cv::norm(after[3], before[3], cv::NORM_INF), 0);
  EXPECT_GT(cv::norm(after[0], before[0], cv::NORM_INF), 0);
}

TEST(ApplyChange, ColourlessImagesStaySo) {
  cv::Mat image;
  cv::cvtColor(MakeTestImage({100, 100}, CV_8UC1), image, cv::COLOR_GRAY2BGR);
  ChipChange change = ConstantChange({64, {1, 0, -20, -20}}, FullMask(64), 0);
  change.residual.setTo(cv::Scalar(0.3, 0.0, -0.3));
  ApplyChange(change, 1, &image);
  std::vector<cv::Mat> channels;
  cv::split(image, channels);
  EXPECT_EQ(cv::norm(channels[0], channels[2], cv::NORM_INF), 0);
}

TEST(ShareOverlaps, NoPixelIsChangedByMoreThanOneWholeChange) {
  const ChipGeometry first{128, {1, 0, -20, -20}};
  const ChipGeometry second{128, {1, 0, -70, -40}};
  std::vector<ChipChange> changes = {ConstantChange(first, FullMask(128), 0.1),
                                     ConstantChange(second, FullMask(128), 0.1)};
  ShareOverlaps(&changes);
  cv::Mat image(300, 300, CV_8UC3, cv::Scalar::all(100));
  for (const ChipChange& change : changes) ApplyChange(change, 1, &image);
  double high = 0;
  cv::minMaxLoc(image.reshape(1), nullptr, &high);
  EXPECT_LE(high, cvRound(100 + 25.5));
  EXPECT_EQ(image.at<cv::Vec3b>(150, 180)[0], cvRound(100 + 25.5)) << "the second face's own part";
}

// Of three faces in one place.
TEST(ShareOverlaps, LeaveNothingToAThirdFace) {
  const ChipGeometry here{64, {1, 0, -20, -20}};
  const cv::Mat half(64, 64, CV_32F, cv::Scalar(0.5));
  std::vector<ChipChange> changes = {ConstantChange(here, half.clone(), 0.1),
                                     ConstantChange(here, FullMask(64), 0.1),
                                     ConstantChange(here, FullMask(64), 0.1)};
  ShareOverlaps(&changes);
  EXPECT_NEAR(changes[1].mask.at<float>(32, 32), 0.5, 1e-6);
  EXPECT_EQ(changes[2].mask.at<float>(32, 32), 0);
}

TEST(ShareOverlaps, DistantFacesKeepTheirMasks) {
  std::vector<ChipChange> changes = {ConstantChange({64, {1, 0, 0, 0}}, FullMask(64), 0.1),
                                     ConstantChange({64, {1, 0, -500, 0}}, FullMask(64), 0.1)};
  ShareOverlaps(&changes);
  EXPECT_EQ(cv::sum(changes[1].mask)[0], 64 * 64);
}

}  // namespace
}  // namespace facedeblur
