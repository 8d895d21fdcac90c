#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <opencv2/imgproc.hpp>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "dataset/blur.h"
#include "facedeblur/dataset/blur_kernel.h"
#include "facedeblur/dataset/degradation.h"
#include "facedeblur/image/metrics.h"
#include "facedeblur/util/error.h"
#include "support.h"

namespace facedeblur {
namespace {

bool HasText(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

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

TEST(BlurKernel, SizesAreTheNearestOddNumbers) {
  for (const auto& [size, odd] :
       std::vector<std::pair<double, int>>{{0, 3}, {3.9, 3}, {4.1, 5}, {5, 5}, {27.9, 27}}) {
    EXPECT_EQ(OddKernelSize(size), odd) << size;
  }
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
    EXPECT_LT(std::abs(off.x), 0.01) << i;
    EXPECT_LT(std::abs(off.y), 0.01) << i;
  }
}

TEST(Degradation, BlurInsideNeverSeesABorder) {
  // An image that is bright only in its outermost pixels stays dark inside.
  cv::Mat image(60, 60, CV_32FC3, cv::Scalar::all(0));
  cv::rectangle(image, {0, 0, 60, 60}, cv::Scalar::all(1));
  Random random(1);
  const cv::Mat kernel = CameraShakeKernel(9, &random);
  const cv::Mat blurred = BlurInside(image, kernel);
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

cv::Mat ColourImage(int size) {
  cv::Mat image;
  testing::MakeTestImage({size, size}, CV_8UC3).convertTo(image, CV_32F, 1 / 255.0);
  return image;
}

TEST(Degradation, WithNothingToDoItOnlyRounds) {
  const cv::Mat image = ColourImage(40);
  const cv::Mat same = Degrade(image, {});
  EXPECT_LT(cv::norm(same, image, cv::NORM_INF), 1e-6);
}

TEST(Degradation, LinearLightKeepsLampsBright) {
  cv::Mat night(60, 60, CV_32FC3, cv::Scalar::all(0.05));
  night(cv::Rect(29, 29, 3, 3)).setTo(cv::Scalar::all(1));
  const auto peak = [&](bool linear_light, double lift) {
    Degradation degradation;
    degradation.linear_light = linear_light;
    degradation.highlight_lift = lift;
    degradation.kernel = DefocusKernel(4);
    double high = 0;
    cv::minMaxLoc(Degrade(night, degradation).reshape(1), nullptr, &high);
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
  degradation.kernel = DefocusKernel(3);
  const cv::Mat blurred = Degrade(skin, degradation);
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
  cv::meanStdDev(Degrade(grey, degradation), mean, deviation);
  const double expected = std::sqrt(0.02 * 0.02 + 0.04 * 0.04 * 0.5 + 1.0 / 255 / 255 / 12);
  EXPECT_NEAR(deviation[0], expected, 0.001);
}

TEST(Degradation, ResamplingAndJpegLoseDetail) {
  const cv::Mat image = ColourImage(64);
  Degradation resampled;
  resampled.resample = 0.6;
  Degradation coded;
  coded.jpeg_quality = 70;
  for (const Degradation& degradation : {resampled, coded}) {
    const cv::Mat worse = Degrade(image, degradation);
    EXPECT_EQ(worse.size(), image.size());
    const double psnr = Psnr(worse, image);
    EXPECT_GT(psnr, 15);
    EXPECT_LT(psnr, 45);
  }
}

TEST(Degradation, DrawsStayInTheirRanges) {
  PairOptions options;
  const DegradationOptions& o = options.degradation;
  int varying = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const Degradation d = DrawDegradation(options, RandomStreams(9, i));
    EXPECT_LE(std::abs(d.turn), o.max_turn);
    EXPECT_LE(d.read_noise, o.max_noise);
    EXPECT_GE(d.resample, o.min_resample);
    EXPECT_TRUE(d.jpeg_quality == 0 || d.jpeg_quality >= o.min_jpeg_quality);
    if (d.turn != 0) ++varying;
  }
  EXPECT_NEAR(varying, 150, 50);
}

std::map<std::string, decltype(ManifestField::value)> Manifest(const Degradation& degradation) {
  std::map<std::string, decltype(ManifestField::value)> fields;
  for (const DegradationEntry& entry : DegradationTable()) {
    for (const ManifestField& field : entry.manifest(degradation)) {
      fields[field.name] = field.value;
    }
  }
  return fields;
}

bool SameDraws(const Degradation& a, const Degradation& b) {
  return cv::norm(a.kernel, b.kernel, cv::NORM_INF) == 0 && a.noise_seed == b.noise_seed &&
         Manifest(a) == Manifest(b);
}

TEST(DegradationTable, OneMoreEntryLeavesTheOthersDraws) {
  std::vector<DegradationEntry> longer = DegradationTable();
  const DegradationEntry greedy = {"rain",
                                   {},
                                   [](const PairOptions&, Random* random, Degradation*) {
                                     for (int i = 0; i < 17; ++i) random->Bits();
                                   },
                                   nullptr,
                                   nullptr};
  longer.insert(longer.begin(), greedy);
  for (std::uint64_t i = 0; i < 50; ++i) {
    const RandomStreams streams(4, i);
    const Degradation before = DrawDegradation({}, streams);
    EXPECT_TRUE(SameDraws(before, DrawDegradation({}, streams, longer))) << i;
    EXPECT_FALSE(SameDraws(before, DrawDegradation({}, RandomStreams(4, i + 1)))) << i;
  }
}

TEST(DegradationTable, ARangeDecidesItsOwnDegradationAlone) {
  PairOptions without_noise;
  without_noise.degradation.max_noise = without_noise.degradation.max_shot_noise = 0;
  PairOptions always_varying;
  always_varying.degradation.variation = 1;
  for (std::uint64_t i = 0; i < 50; ++i) {
    const RandomStreams streams(6, i);
    const Degradation before = DrawDegradation({}, streams);
    Degradation other = DrawDegradation(without_noise, streams);
    EXPECT_EQ(other.read_noise, 0);
    other.read_noise = before.read_noise;
    other.shot_noise = before.shot_noise;
    EXPECT_TRUE(SameDraws(before, other)) << i;
    other = DrawDegradation(always_varying, streams);
    EXPECT_NE(other.turn, 0);
    other.turn = before.turn;
    other.stretch = before.stretch;
    other.direction = before.direction;
    EXPECT_TRUE(SameDraws(before, other)) << i;
  }
}

TEST(DegradationTable, NamesAreUnique) {
  std::set<std::string> entries;
  std::set<std::string> fields;
  std::size_t field_count = 0;
  for (const DegradationEntry& entry : DegradationTable()) {
    EXPECT_TRUE(entries.insert(entry.name).second) << entry.name;
    for (const ManifestField& field : entry.manifest({})) {
      fields.insert(field.name);
      ++field_count;
    }
  }
  EXPECT_EQ(fields.size(), field_count);
  std::set<std::string> options;
  for (const auto* table : {&PlacementOptionTable(), &DegradationOptionTable()}) {
    for (const RangeOption& option : *table) {
      EXPECT_TRUE(options.insert(option.name).second) << option.name;
    }
  }
}

TEST(RandomStreams, AreToldApartByNameSeedAndIndex) {
  std::set<std::uint64_t> first;
  for (const std::uint64_t seed : {1, 2}) {
    for (const std::uint64_t index : {0, 1, 2}) {
      for (const char* name : {"noise", "kernel", ""}) {
        first.insert(RandomStreams(seed, index).Stream(name).Bits());
      }
    }
  }
  EXPECT_EQ(first.size(), 18U);
  EXPECT_EQ(RandomStreams(1, 2).Stream("noise").Bits(), RandomStreams(1, 2).Stream("noise").Bits());
}

std::string ValidationMessage(const PairOptions& options) {
  try {
    options.Validate();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
  return "";
}

TEST(PairOptions, DefaultsAreValid) { EXPECT_EQ(ValidationMessage({}), ""); }

// Every option of the tables leads to a value of its own, which its range limits.
TEST(PairOptions, EveryOptionIsCheckedByItsName) {
  for (const auto* table : {&PlacementOptionTable(), &DegradationOptionTable()}) {
    for (const RangeOption& option : *table) {
      if (std::holds_alternative<bool* (*)(PairOptions*)>(option.field)) continue;
      for (const double value : {option.low - 1, option.high + 1}) {
        PairOptions options;
        std::visit(
            [&](auto field) {
              auto* target = field(&options);
              *target = static_cast<std::decay_t<decltype(*target)>>(value);
            },
            option.field);
        EXPECT_NE(ValidationMessage(options).find(std::string(option.name) + " "),
                  std::string::npos)
            << option.name;
      }
    }
  }
  PairOptions nan;
  nan.degradation.max_noise = std::nan("");
  EXPECT_NE(ValidationMessage(nan).find("--max-noise"), std::string::npos);
}

TEST(PairOptions, OptionsThatDoNotFitTogetherAreNamed) {
  const auto message = [](const std::function<void(PairOptions*)>& spoil) {
    PairOptions options;
    spoil(&options);
    return ValidationMessage(options);
  };
  EXPECT_PRED2(HasText, message([](PairOptions* o) { o->kernel.max_size = 26; }), "odd");
  EXPECT_PRED2(HasText, message([](PairOptions* o) { o->kernel.min_shake = 29; }), "--min-shake");
  EXPECT_PRED2(HasText, message([](PairOptions* o) { o->kernel.min_sigma = 5; }), "--min-sigma");
  EXPECT_PRED2(HasText, message([](PairOptions* o) { o->kernel.min_radius = 8; }), "--min-radius");
  EXPECT_PRED2(HasText, message([](PairOptions* o) { o->kernel.none = 0.9; }), "more than 1");
  EXPECT_PRED2(HasText, message([](PairOptions* o) { o->min_eye_distance = 100; }), "--min-eyes");
  EXPECT_PRED2(HasText, message([](PairOptions* o) { o->degradation.min_jpeg_quality = 98; }),
               "--min-jpeg-quality");
}

TEST(ShrinkKernel, IsTheSameBlurInASmallerImage) {
  Random random(5, 1);
  for (int i = 0; i < 10; ++i) {
    const cv::Mat kernel = RandomKernel({}, &random).kernel;
    const cv::Mat same = ShrinkKernel(kernel, 1);
    ASSERT_EQ(same.size(), kernel.size());
    EXPECT_LT(cv::norm(same, kernel, cv::NORM_INF), 1e-6);
    const cv::Mat small = ShrinkKernel(kernel, 1.5);
    EXPECT_EQ(small.rows % 2, 1);
    EXPECT_NEAR(cv::sum(small)[0], 1, 1e-5);
    const cv::Moments before = cv::moments(kernel);
    const cv::Moments after = cv::moments(small);
    const auto middle = [](const cv::Mat& k, double moment) { return moment - 0.5 * (k.cols - 1); };
    EXPECT_NEAR(middle(small, after.m10), middle(kernel, before.m10) / 1.5, 1e-3);
    EXPECT_NEAR(middle(small, after.m01), middle(kernel, before.m01) / 1.5, 1e-3);
    // Sharing an entry between four pixels adds at most a quarter of a squared pixel to each axis.
    EXPECT_GE(after.mu20 + after.mu02, (before.mu20 + before.mu02) / 2.25 - 1e-3);
    EXPECT_LE(after.mu20 + after.mu02, (before.mu20 + before.mu02) / 2.25 + 0.5);
  }
}

}  // namespace
}  // namespace facedeblur
