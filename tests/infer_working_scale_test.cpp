#include <gtest/gtest.h>

#include <cmath>
#include <opencv2/core.hpp>

#include "infer/working_scale.h"

namespace facedeblur {
namespace {

cv::Mat SmoothChip(int size) {
  cv::Mat chip(size, size, CV_32FC3);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const auto wave = static_cast<float>(0.5 + 0.3 * std::sin(0.05 * (x + 2 * y)));
      chip.at<cv::Vec3f>(y, x) = cv::Vec3f::all(wave);
    }
  }
  return chip;
}

TEST(WorkingScale, BringsKernelsToTheSizeThatIsSeenBest) {
  const cv::Mat chip = SmoothChip(160);
  EXPECT_EQ(WorkingScale(chip, 0), 1) << "not blurred";
  EXPECT_EQ(WorkingScale(chip, 1.5), kLargestWorkingScale);
  EXPECT_NEAR(WorkingScale(chip, 2.8) * 2.8, 3.5, 1e-9);
  EXPECT_EQ(WorkingScale(chip, 4.2), 1) << "neither mild nor wide";
  EXPECT_NEAR(WorkingScale(chip, 9.8), 0.5, 1e-9) << "wide";
}

TEST(WorkingScale, LargeChipsAreEnlargedLess) {
  EXPECT_NEAR(WorkingScale(SmoothChip(320), 1.5), 1.3, 1e-9);
  EXPECT_EQ(WorkingScale(SmoothChip(512), 1.5), 1);
}

TEST(WorkingScale, NoiseIsNotEnlarged) {
  cv::Mat noise(160, 160, CV_32FC3);
  cv::RNG(1).fill(noise, cv::RNG::NORMAL, 0, 0.02);
  const cv::Mat noisy = SmoothChip(160) + noise;
  EXPECT_EQ(WorkingScale(noisy, 1.5), 1);
  EXPECT_NEAR(WorkingScale(noisy, 9.8), 0.5, 1e-9) << "a smaller copy has less of it";
}

}  // namespace
}  // namespace facedeblur
