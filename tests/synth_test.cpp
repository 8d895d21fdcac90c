#include <gtest/gtest.h>

#include <cmath>
#include <opencv2/imgproc.hpp>

#include "facedeblur/synth/blur_kernel.h"
#include "facedeblur/synth/degradation.h"
#include "support.h"

namespace facedeblur {
namespace {

void ExpectKernel(const cv::Mat& kernel) {
  EXPECT_EQ(kernel.type(), CV_32F);
  EXPECT_EQ(kernel.rows, kernel.cols);
  EXPECT_EQ(kernel.rows % 2, 1);
  EXPECT_NEAR(cv::sum(kernel)[0], 1, 1e-5);
  double low = 0;
  cv::minMaxLoc(kernel, &low);
  EXPECT_GE(low, 0);
}

cv::Point2d CenterOfMass(const cv::Mat& kernel) {
  cv::Point2d centre(0, 0);
  for (int y = 0; y < kernel.rows; ++y) {
    for (int x = 0; x < kernel.cols; ++x) {
      centre += cv::Point2d(x, y) * static_cast<double>(kernel.at<float>(y, x));
    }
  }
  return centre - cv::Point2d(kernel.cols / 2, kernel.rows / 2);
}

TEST(BlurKernel, AllKindsAreKernels) {
  Random random(1);
  for (int size = 3; size <= 41; size += 2) {
    const cv::Mat kernel = CameraShakeKernel(size, &random);
    ExpectKernel(kernel);
    EXPECT_EQ(kernel.rows, size);
  }
  ExpectKernel(DefocusKernel(0.8));
  ExpectKernel(DefocusKernel(7));
  ExpectKernel(GaussianKernel(0.6, 4, 0.7));
}

TEST(BlurKernel, DefocusHasTheDiscsArea) {
  const cv::Mat kernel = DefocusKernel(6);
  EXPECT_NEAR(1 / kernel.at<float>(kernel.rows / 2, kernel.cols / 2), M_PI * 36, 3);
}

TEST(BlurKernel, GaussianHasItsSigmas) {
  const cv::Mat kernel = GaussianKernel(1.5, 3, M_PI / 2);  // the first axis points down
  double xx = 0;
  double yy = 0;
  const int half = kernel.rows / 2;
  for (int y = 0; y < kernel.rows; ++y) {
    for (int x = 0; x < kernel.cols; ++x) {
      const auto weight = static_cast<double>(kernel.at<float>(y, x));
      xx += weight * (x - half) * (x - half);
      yy += weight * (y - half) * (y - half);
    }
  }
  EXPECT_NEAR(std::sqrt(xx), 3, 0.1);
  EXPECT_NEAR(std::sqrt(yy), 1.5, 0.05);
}

TEST(BlurKernel, ComposingIsConvolution) {
  Random random(5);
  const cv::Mat a = CameraShakeKernel(7, &random);
  const cv::Mat b = CameraShakeKernel(5, &random);
  const cv::Mat composed = ComposeKernels(a, b);
  ASSERT_EQ(composed.rows, 11);
  for (int y = 0; y < 11; ++y) {
    for (int x = 0; x < 11; ++x) {
      double sum = 0;
      for (int i = 0; i < 5; ++i) {
        for (int j = 0; j < 5; ++j) {
          if (y - i < 0 || y - i >= 7 || x - j < 0 || x - j >= 7) continue;
          sum += static_cast<double>(a.at<float>(y - i, x - j)) * b.at<float>(i, j);
        }
      }
      EXPECT_NEAR(composed.at<float>(y, x), sum, 1e-6);
    }
  }
}

TEST(BlurKernel, RandomOnesAreCentredAndReproducible) {
  for (std::uint64_t i = 0; i < 100; ++i) {
    Random first(3, i);
    Random again(3, i);
    const cv::Mat kernel = RandomKernel({}, &first);
    ExpectKernel(kernel);
    EXPECT_EQ(kernel.rows, 27);
    EXPECT_EQ(cv::norm(kernel, RandomKernel({}, &again), cv::NORM_INF), 0);
    const cv::Point2d off = CenterOfMass(kernel);
    EXPECT_LT(std::abs(off.x), 0.75) << i;
    EXPECT_LT(std::abs(off.y), 0.75) << i;
  }
}

TEST(Degradation, BlurInsideNeverSeesABorder) {
  // A picture that is bright only in its outermost pixels stays dark inside.
  cv::Mat picture(60, 60, CV_32FC3, cv::Scalar::all(0));
  cv::rectangle(picture, {0, 0, 60, 60}, cv::Scalar::all(1));
  Random random(1);
  const cv::Mat kernel = CameraShakeKernel(9, &random);
  const cv::Mat blurred = BlurInside(picture, kernel);
  EXPECT_EQ(blurred.size(), cv::Size(52, 52));
  EXPECT_LT(cv::norm(blurred(cv::Rect(5, 5, 42, 42)), cv::NORM_INF), 1e-6);
}

TEST(Degradation, WithNothingToDoItOnlyRounds) {
  DegradationOptions none;
  none.linear_light = none.max_noise = none.max_shot_noise = none.jpeg = 0;
  cv::Mat picture;
  testing::MakePicture({40, 40}, CV_8UC3).convertTo(picture, CV_32F, 1 / 255.0);
  Random random(1);
  const cv::Mat same = Degrade(picture, cv::Mat::ones(1, 1, CV_32F), none, &random);
  EXPECT_LT(cv::norm(same, picture, cv::NORM_INF), 1e-6);
}

TEST(Degradation, LinearLightKeepsLampsBright) {
  cv::Mat night(60, 60, CV_32FC3, cv::Scalar::all(0.05));
  night(cv::Rect(29, 29, 3, 3)).setTo(cv::Scalar::all(1));
  DegradationOptions options;
  options.max_noise = options.max_shot_noise = options.jpeg = 0;
  const cv::Mat kernel = DefocusKernel(4);
  const auto peak = [&](double linear_light) {
    options.linear_light = linear_light;
    Random random(2);
    double high = 0;
    cv::minMaxLoc(Degrade(night, kernel, options, &random).reshape(1), nullptr, &high);
    return high;
  };
  EXPECT_GT(peak(1), peak(0) + 0.1);
}

}  // namespace
}  // namespace facedeblur
