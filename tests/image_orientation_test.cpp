#include <gtest/gtest.h>

#include "facedeblur/image/orientation.h"
#include "facedeblur/util/error.h"
#include "support.h"

namespace facedeblur {
namespace {

/// CIPA DC-008: where the stored row 0 and column 0 are shown, as a map from upright to stored.
cv::Point StoredPixel(cv::Point upright, int orientation, cv::Size stored) {
  const int right = stored.width - 1;
  const int bottom = stored.height - 1;
  switch (orientation) {
    case 2:
      return {right - upright.x, upright.y};
    case 3:
      return {right - upright.x, bottom - upright.y};
    case 4:
      return {upright.x, bottom - upright.y};
    case 5:
      return {upright.y, upright.x};
    case 6:
      return {upright.y, bottom - upright.x};
    case 7:
      return {right - upright.y, bottom - upright.x};
    case 8:
      return {right - upright.y, upright.x};
    default:
      return upright;
  }
}

class OrientationTest : public ::testing::TestWithParam<int> {};

TEST_P(OrientationTest, AgreesWithTheStandardPixelByPixel) {
  const cv::Mat stored = testing::MakeTestImage({7, 5}, CV_8UC3);
  const cv::Mat upright = ToUpright(stored, GetParam());
  ASSERT_EQ(upright.total(), stored.total());
  for (int y = 0; y < upright.rows; ++y) {
    for (int x = 0; x < upright.cols; ++x) {
      EXPECT_EQ(upright.at<cv::Vec3b>(y, x),
                stored.at<cv::Vec3b>(StoredPixel({x, y}, GetParam(), stored.size())));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, OrientationTest, ::testing::Range(1, 9));

TEST(Orientation, OtherNumbersThrow) {
  EXPECT_THROW(ToUpright(cv::Mat(2, 2, CV_8UC1), 0), Error);
  EXPECT_THROW(ToUpright(cv::Mat(2, 2, CV_8UC1), 9), Error);
}

}  // namespace
}  // namespace facedeblur
