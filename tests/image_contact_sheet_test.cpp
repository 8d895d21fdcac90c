#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "facedeblur/image/contact_sheet.h"
#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

TEST(ContactSheet, ImagesOfEveryKindAppearInTheirCells) {
  const cv::Mat blue(20, 20, CV_8UC3, cv::Scalar(255, 0, 0));
  const cv::Mat grey(40, 80, CV_32FC1, cv::Scalar(0.5));
  const cv::Mat large(300, 300, CV_32FC3, cv::Scalar(0, 1, 0));
  const cv::Mat sheet = MakeContactSheet({{"Clean", {blue, grey}}, {"Blurry", {large}}}, 64);
  EXPECT_EQ(sheet.type(), CV_8UC3);
  const auto count = [&](const cv::Vec3b& colour) {
    cv::Mat mask;
    cv::inRange(sheet, colour, colour, mask);
    return cv::countNonZero(mask);
  };
  EXPECT_EQ(count({255, 0, 0}), 60 * 60) << "enlarged by a whole factor";
  EXPECT_GE(count({128, 128, 128}), 64 * 32);
  EXPECT_EQ(count({0, 255, 0}), 64 * 64) << "shrunk to the cell";
}

TEST(ContactSheet, NothingToShowIsAnError) {
  EXPECT_THROW(MakeContactSheet({}, 64), Error);
  EXPECT_THROW(MakeContactSheet({{"Clean", {}}}, 64), Error);
}

TEST(ContactSheet, KernelsAreScaledToWhite) {
  cv::Mat kernel = cv::Mat::zeros(3, 3, CV_32F);
  kernel.at<float>(1, 1) = 0.2F;
  kernel.at<float>(0, 1) = 0.1F;
  const cv::Mat image = KernelImage(kernel);
  EXPECT_FLOAT_EQ(image.at<float>(1, 1), 1);
  EXPECT_FLOAT_EQ(image.at<float>(0, 1), 0.5F);
}

}  // namespace
}  // namespace facedeblur
