#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <opencv2/imgproc.hpp>
#include <string>

#include "facedeblur/dataset/blur_kernel.h"
#include "facedeblur/dataset/degradation.h"
#include "facedeblur/image/metrics.h"
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
    const cv::Mat kernel = RandomKernel({}, &first).kernel;
    ExpectKernel(kernel);
    EXPECT_EQ(kernel.rows, 27);
    EXPECT_EQ(cv::norm(kernel, RandomKernel({}, &again).kernel, cv::NORM_INF), 0);
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

TEST(BlurKernel, KindsAreDrawnByTheirShares) {
  std::map<std::string, int> counts;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    Random random(5, i);
    ++counts[RandomKernel({}, &random).kind];
  }
  EXPECT_NEAR(counts["none"], 120, 40);
  EXPECT_NEAR(counts["gaussian"], 240, 60);
  EXPECT_NEAR(counts["defocus"], 240, 60);
  EXPECT_NEAR(counts["composed"], 200, 60);
  EXPECT_NEAR(counts["shake"], 1200, 100);
}

TEST(BlurKernel, TransformingTurnsAndStretches) {
  cv::Mat line = cv::Mat::zeros(27, 27, CV_32F);
  line(cv::Rect(8, 13, 11, 1)).setTo(1.0 / 11);  // along x, 11 long
  const cv::Mat upright = TransformKernel(line, M_PI / 2, 1);
  ExpectKernel(upright);
  EXPECT_NEAR(upright.at<float>(9, 13), 1.0 / 11, 1e-3);
  EXPECT_NEAR(upright.at<float>(13, 9), 0, 1e-6);
  const cv::Mat longer = TransformKernel(line, 0, 1.5);
  ExpectKernel(longer);
  EXPECT_GT(longer.at<float>(13, 6), 0);
  EXPECT_EQ(line.at<float>(13, 6), 0);
}

cv::Mat ColourPicture(int size) {
  cv::Mat picture;
  testing::MakePicture({size, size}, CV_8UC3).convertTo(picture, CV_32F, 1 / 255.0);
  return picture;
}

TEST(Degradation, WithNothingToDoItOnlyRounds) {
  const cv::Mat picture = ColourPicture(40);
  const cv::Mat same = Degrade(picture, cv::Mat::ones(1, 1, CV_32F), {});
  EXPECT_LT(cv::norm(same, picture, cv::NORM_INF), 1e-6);
}

TEST(Degradation, LinearLightKeepsLampsBright) {
  cv::Mat night(60, 60, CV_32FC3, cv::Scalar::all(0.05));
  night(cv::Rect(29, 29, 3, 3)).setTo(cv::Scalar::all(1));
  const auto peak = [&](bool linear_light, double lift) {
    Degradation degradation;
    degradation.linear_light = linear_light;
    degradation.highlight_lift = lift;
    double high = 0;
    cv::minMaxLoc(Degrade(night, DefocusKernel(4), degradation).reshape(1), nullptr, &high);
    return high;
  };
  EXPECT_GT(peak(true, 0), peak(false, 0) + 0.1);
  EXPECT_GT(peak(true, 2), peak(true, 0) + 0.1);
}

TEST(Degradation, HighlightsKeepColours) {
  // Light below near-white is not lifted, in any channel.
  const cv::Mat skin(40, 40, CV_32FC3, cv::Scalar(0.4, 0.6, 0.9));
  Degradation degradation;
  degradation.linear_light = true;
  degradation.highlight_lift = 3;
  const cv::Mat blurred = Degrade(skin, DefocusKernel(3), degradation);
  EXPECT_LT(cv::norm(blurred(cv::Rect(0, 0, 5, 5)), skin(cv::Rect(0, 0, 5, 5)), cv::NORM_INF),
            1.0 / 255);
}

TEST(Degradation, AVaryingBlurIsItsKernelInTheMiddleAndTurnedAtTheEnds) {
  cv::Mat kernel = cv::Mat::zeros(15, 15, CV_32F);
  kernel(cv::Rect(3, 7, 9, 1)).setTo(1.0 / 9);
  // Points on black show the kernel of their place.
  cv::Mat points(200, 200, CV_32FC3, cv::Scalar::all(0));
  for (const int x : {30, 100, 170}) points.at<cv::Vec3f>(100, x) = {1, 1, 1};
  const cv::Mat blurred = BlurVarying(points, kernel, 60, 0, 0);
  ASSERT_EQ(blurred.size(), cv::Size(186, 186));
  const auto spread_y = [&](int x) {  // mean |y - middle| around a point
    double sum = 0;
    for (int y = -7; y <= 7; ++y) {
      for (int dx = -7; dx <= 7; ++dx) {
        sum += std::abs(y) * static_cast<double>(blurred.at<cv::Vec3f>(93 + y, x - 7 + dx)[0]);
      }
    }
    return sum;
  };
  EXPECT_GT(spread_y(30), 0.8);
  EXPECT_GT(spread_y(170), 0.8);
  const cv::Mat uniform = BlurVarying(points, kernel, 0, 0, 1);
  EXPECT_LT(cv::norm(uniform, BlurInside(points, kernel), cv::NORM_INF), 1e-6);
}

TEST(Degradation, NoiseHasTheDrawnVariance) {
  const cv::Mat grey(100, 100, CV_32FC3, cv::Scalar::all(0.5));
  Degradation degradation;
  degradation.read_noise = 0.02;
  degradation.shot_noise = 0.04;
  degradation.noise_seed = 3;
  cv::Scalar mean;
  cv::Scalar deviation;
  cv::meanStdDev(Degrade(grey, cv::Mat::ones(1, 1, CV_32F), degradation), mean, deviation);
  const double expected = std::sqrt(0.02 * 0.02 + 0.04 * 0.04 * 0.5 + 1.0 / 255 / 255 / 12);
  EXPECT_NEAR(deviation[0], expected, 0.001);
}

TEST(Degradation, ResamplingAndJpegLoseDetail) {
  const cv::Mat picture = ColourPicture(64);
  const cv::Mat none = cv::Mat::ones(1, 1, CV_32F);
  Degradation resampled;
  resampled.resample = 0.6;
  Degradation coded;
  coded.jpeg_quality = 70;
  for (const Degradation& degradation : {resampled, coded}) {
    const cv::Mat worse = Degrade(picture, none, degradation);
    EXPECT_EQ(worse.size(), picture.size());
    const double psnr = Psnr(worse, picture);
    EXPECT_GT(psnr, 15);
    EXPECT_LT(psnr, 45);
  }
}

TEST(Degradation, DrawsStayInTheirRanges) {
  DegradationOptions options;
  int varying = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    Random random(9, i);
    const Degradation d = DrawDegradation(options, &random);
    EXPECT_LE(std::abs(d.turn), options.max_turn);
    EXPECT_LE(d.read_noise, options.max_noise);
    EXPECT_GE(d.resample, options.min_resample);
    EXPECT_TRUE(d.jpeg_quality == 0 || d.jpeg_quality >= options.min_jpeg_quality);
    if (d.turn != 0) ++varying;
  }
  EXPECT_NEAR(varying, 150, 50);
}

}  // namespace
}  // namespace facedeblur
