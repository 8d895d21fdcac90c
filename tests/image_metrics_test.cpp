#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "facedeblur/image/metrics.h"
#include "facedeblur/util/error.h"
#include "support.h"

namespace facedeblur {
namespace {

using testing::MakeTestImage;

/// Wang et al. 2004 straight from the definition: every window position, every sum written out.
double BruteForceSsim(const cv::Mat& x, const cv::Mat& y, double peak) {
  double weights[11][11];
  double total = 0;
  for (int i = 0; i < 11; ++i) {
    for (int j = 0; j < 11; ++j) {
      weights[i][j] = std::exp(-((i - 5) * (i - 5) + (j - 5) * (j - 5)) / (2 * 1.5 * 1.5));
      total += weights[i][j];
    }
  }
  double sum = 0;
  int windows = 0;
  for (int top = 0; top + 11 <= x.rows; ++top) {
    for (int left = 0; left + 11 <= x.cols; ++left, ++windows) {
      double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
      for (int i = 0; i < 11; ++i) {
        for (int j = 0; j < 11; ++j) {
          const double w = weights[i][j] / total;
          const double a = x.at<uchar>(top + i, left + j);
          const double b = y.at<uchar>(top + i, left + j);
          mx += w * a;
          my += w * b;
          xx += w * a * a;
          yy += w * b * b;
          xy += w * a * b;
        }
      }
      const double c1 = std::pow(0.01 * peak, 2);
      const double c2 = std::pow(0.03 * peak, 2);
      sum += (2 * mx * my + c1) * (2 * (xy - mx * my) + c2) /
             ((mx * mx + my * my + c1) * (xx - mx * mx + yy - my * my + c2));
    }
  }
  return sum / windows;
}

TEST(Psnr, FollowsItsDefinition) {
  cv::Mat a(10, 10, CV_8UC3, cv::Scalar::all(100));
  cv::Mat b = a.clone();
  b.at<cv::Vec3b>(2, 3)[1] = 130;
  const double mse = 30.0 * 30.0 / 300;
  EXPECT_NEAR(Psnr(a, b), 10 * std::log10(255 * 255 / mse), 1e-9);
  EXPECT_EQ(Psnr(a, a), std::numeric_limits<double>::infinity());
}

TEST(Psnr, MaskSelectsPixels) {
  cv::Mat a(10, 10, CV_8UC1, cv::Scalar(100));
  cv::Mat b = a.clone();
  b.at<uchar>(0, 0) = 200;
  cv::Mat mask = cv::Mat::zeros(10, 10, CV_8UC1);
  mask(cv::Rect(0, 0, 2, 1)) = 255;
  EXPECT_NEAR(Psnr(a, b, mask), 10 * std::log10(255 * 255 / 5000.0), 1e-9);
  EXPECT_THROW(Psnr(a, b, cv::Mat::zeros(10, 10, CV_8UC1)), Error);
}

TEST(Psnr, SixteenBitPeak) {
  cv::Mat a(4, 4, CV_16UC1, cv::Scalar(0));
  cv::Mat b(4, 4, CV_16UC1, cv::Scalar(257));
  EXPECT_NEAR(Psnr(a, b), 20 * std::log10(255), 1e-9);
}

TEST(Ssim, AgreesWithBruteForce) {
  const cv::Mat a = MakeTestImage({23, 19}, CV_8UC1, 1);
  const cv::Mat b = MakeTestImage({23, 19}, CV_8UC1, 2);
  cv::Mat mix;
  cv::addWeighted(a, 0.8, b, 0.2, 0, mix);
  EXPECT_NEAR(Ssim(a, mix), BruteForceSsim(a, mix, 255), 1e-9);
  EXPECT_NEAR(Ssim(a, b), BruteForceSsim(a, b, 255), 1e-9);
  EXPECT_NEAR(Ssim(a, a), 1, 1e-12);
}

TEST(LargestDifference, SaysWhere) {
  cv::Mat a(10, 12, CV_8UC3, cv::Scalar::all(5));
  cv::Mat b = a.clone();
  b.at<cv::Vec3b>(7, 9)[2] = 55;
  b.at<cv::Vec3b>(1, 1)[0] = 0;
  const LargestDifference largest = FindLargestDifference(a, b);
  EXPECT_EQ(largest.value, 50);
  EXPECT_EQ(largest.at, cv::Point(9, 7));
}

TEST(Metrics, RefuseDifferentSizesAndTypes) {
  EXPECT_THROW(Psnr(cv::Mat(3, 3, CV_8UC1), cv::Mat(3, 4, CV_8UC1)), Error);
  EXPECT_THROW(Ssim(cv::Mat(20, 20, CV_8UC1), cv::Mat(20, 20, CV_16UC1)), Error);
  EXPECT_THROW(Ssim(cv::Mat(8, 8, CV_8UC1), cv::Mat(8, 8, CV_8UC1)), Error);
}

/// The definition, pixel by pixel: lines of neighbours, 9-tap means mirrored at the ends.
double BlurByDefinition(const std::vector<std::vector<double>>& lines) {
  double total = 0;
  double lost = 0;
  for (const auto& line : lines) {
    const auto size = static_cast<int>(line.size());
    const auto at = [&](int i) {
      i = i < 0 ? -i : i >= size ? 2 * size - 2 - i : i;
      return line[static_cast<std::size_t>(i)];
    };
    std::vector<double> smooth(line.size());
    for (int i = 0; i < size; ++i) {
      for (int k = -4; k <= 4; ++k) smooth[static_cast<std::size_t>(i)] += at(i + k) / 9;
    }
    for (std::size_t i = 1; i < line.size(); ++i) {
      const double before = std::abs(line[i] - line[i - 1]);
      total += before;
      lost += std::max(0.0, before - std::abs(smooth[i] - smooth[i - 1]));
    }
  }
  return (total - lost) / total;
}

TEST(BlurEffect, FollowsItsDefinition) {
  const cv::Mat image = testing::MakeTestImage({30, 25}, CV_8UC1);
  std::vector<std::vector<double>> rows(25, std::vector<double>(30));
  std::vector<std::vector<double>> columns(30, std::vector<double>(25));
  for (int y = 0; y < 25; ++y) {
    for (int x = 0; x < 30; ++x) {
      const double value = image.at<uchar>(y, x);
      rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] = value;
      columns[static_cast<std::size_t>(x)][static_cast<std::size_t>(y)] = value;
    }
  }
  EXPECT_NEAR(BlurEffect(image, 0), std::max(BlurByDefinition(rows), BlurByDefinition(columns)),
              1e-4);
}

TEST(BlurEffect, BlurRaisesItAndNoiseDoesNotLowerItMuch) {
  const cv::Mat sharp = testing::MakeTestImage({64, 64}, CV_8UC3);
  cv::Mat blurred;
  cv::GaussianBlur(sharp, blurred, {0, 0}, 6);
  cv::Mat noise(64, 64, CV_8UC3);
  cv::RNG(1).fill(noise, cv::RNG::NORMAL, 3, 3);
  EXPECT_GT(BlurEffect(blurred, 1.5), BlurEffect(sharp, 1.5));
  const cv::Mat noisy = blurred + noise;
  EXPECT_LT(BlurEffect(blurred, 1.5) - BlurEffect(noisy, 1.5),
            BlurEffect(blurred, 0) - BlurEffect(noisy, 0));
  EXPECT_EQ(BlurEffect(cv::Mat(20, 20, CV_32FC3, cv::Scalar::all(0.5)), 0), 1);
}

}  // namespace
}  // namespace facedeblur
