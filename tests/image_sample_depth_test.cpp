#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "facedeblur/image/sample_depth.h"
#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

TEST(SampleDepth, SixteenBitsAreScaledAndRounded) {
  cv::Mat all(1, 65536, CV_16U);
  for (int i = 0; i < all.cols; ++i) all.at<std::uint16_t>(i) = static_cast<std::uint16_t>(i);
  const cv::Mat eight = ToEightBits(all);
  ASSERT_EQ(eight.type(), CV_8UC1);
  for (int i = 0; i < all.cols; ++i) {
    ASSERT_EQ(eight.at<uchar>(i), (i + 128) / 257) << i;  // 257 is odd: no sample is half-way
  }
}

TEST(SampleDepth, FloatsAreScaledRoundedAndClipped) {
  cv::Mat samples(1, 3001, CV_32F);
  for (int i = 0; i < samples.cols; ++i) {
    samples.at<float>(i) = static_cast<float>(i) / 1000 - 1;  // -1 to 2
  }
  const cv::Mat eight = ToEightBits(samples);
  for (int i = 0; i < samples.cols; ++i) {
    const double exact = std::clamp(255.0 * static_cast<double>(samples.at<float>(i)), 0.0, 255.0);
    EXPECT_LE(std::abs(eight.at<uchar>(i) - exact), 0.5 + 1e-4) << i;
  }
}

TEST(SampleDepth, EightBitsStay) {
  const cv::Mat pixels(3, 5, CV_8UC4, cv::Scalar(1, 2, 3, 4));
  EXPECT_EQ(ToEightBits(pixels).data, pixels.data);
}

TEST(SampleDepth, ChannelsAreKept) {
  EXPECT_EQ(ToEightBits(cv::Mat(2, 2, CV_32FC3, cv::Scalar::all(0))).type(), CV_8UC3);
  EXPECT_EQ(ToEightBits(cv::Mat(2, 2, CV_16UC4, cv::Scalar::all(0))).type(), CV_8UC4);
}

TEST(SampleDepth, OtherDepthsThrow) {
  const cv::Mat doubles(2, 2, CV_64F, cv::Scalar(0));
  EXPECT_THROW(ToEightBits(doubles), Error);
  EXPECT_THROW(MaxSampleValue(doubles), Error);
  EXPECT_THROW(MaxSampleValue(cv::Mat(2, 2, CV_32F, cv::Scalar(0))), Error);
}

TEST(SampleDepth, LargestValues) {
  EXPECT_EQ(MaxSampleValue(cv::Mat(1, 1, CV_8UC3)), 255);
  EXPECT_EQ(MaxSampleValue(cv::Mat(1, 1, CV_16UC1)), 65535);
}

}  // namespace
}  // namespace facedeblur
