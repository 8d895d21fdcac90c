#include <gtest/gtest.h>

#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "facedeblur/restore/confidence.h"
#include "facedeblur/restore/kernel_radius.h"
#include "facedeblur/util/random.h"
#include "support.h"

namespace facedeblur {
namespace {

/// A sharp face: CV_32FC3, 0..1, 160x160.
cv::Mat SharpFace() {
  const cv::Mat portrait =
      cv::imread((testing::DataFolder() / "sharp/portrait_01.png").string(), cv::IMREAD_COLOR);
  cv::Mat face;
  portrait(cv::Rect(120, 150, 240, 240)).convertTo(face, CV_32F, 1 / 255.0);
  cv::Mat chip;
  cv::resize(face, chip, {160, 160}, 0, 0, cv::INTER_AREA);
  return chip;
}

/// A stroke of `length` pixels along a row, in 27x27.
cv::Mat Stroke(int length) {
  cv::Mat kernel = cv::Mat::zeros(27, 27, CV_32F);
  kernel(cv::Rect(13 - length / 2, 13, length, 1)) = 1.0 / length;
  return kernel;
}

cv::Mat Blurred(const cv::Mat& image, const cv::Mat& kernel) {
  cv::Mat blurred;
  cv::filter2D(image, blurred, CV_32F, kernel, {-1, -1}, 0, cv::BORDER_REFLECT_101);
  return blurred;
}

BlurEstimate EstimateOf(const cv::Mat& kernel) {
  BlurEstimate blur;
  blur.kernel = kernel;
  return blur;
}

/// A row of n equal entries has the variance (n * n - 1) / 12.
TEST(KernelRadius, IsTheSpreadOfItsMass) {
  EXPECT_NEAR(KernelRadius(Stroke(13)), std::sqrt(14), 1e-4);
  EXPECT_NEAR(KernelRadius(Stroke(1)), 0, 1e-4);
  EXPECT_EQ(KernelRadius({}), 0);
}

TEST(Weigh, TheTrueFaceExplainsItsBlur) {
  const cv::Mat sharp = SharpFace();
  const cv::Mat blurred = Blurred(sharp, Stroke(13));
  const RestorationEvidence right = Weigh(blurred, sharp, EstimateOf(Stroke(13)));
  EXPECT_LT(right.unexplained, 1e-6);
  EXPECT_GT(right.change, 0.1);
  const cv::Mat overdone = sharp + (sharp - blurred);
  EXPECT_GT(Weigh(blurred, overdone, EstimateOf(Stroke(13))).overshoot, 2 * right.overshoot);
  EXPECT_GT(right.noise_gain, 1);
  EXPECT_EQ(right.disagreement, 0);
  const RestorationEvidence wrong = Weigh(blurred, sharp, EstimateOf(Stroke(13).t()));
  EXPECT_GT(wrong.unexplained, 0.1);
  EXPECT_LT(Confidence(wrong), Confidence(right));
}

/// Against the definitions, pixel by pixel, on a chip without borders that matter.
TEST(Weigh, IsWhatItsFormulasSay) {
  Random random(5);
  cv::Mat before(96, 96, CV_32FC3);
  cv::Mat after(96, 96, CV_32FC3);
  for (int i = 0; i < 96 * 96; ++i) {
    const auto a = static_cast<float>(random.Uniform(0.2, 0.8));
    const auto b = static_cast<float>(random.Uniform(0.1, 0.9));
    before.at<cv::Vec3f>(i / 96, i % 96) = {a, a, a};
    after.at<cv::Vec3f>(i / 96, i % 96) = {b, b, b};
  }
  cv::Mat point = cv::Mat::zeros(27, 27, CV_32F);
  point.at<float>(13, 13) = 1;
  const RestorationEvidence evidence = Weigh(before, after, EstimateOf(point));
  cv::Mat smooth;
  cv::GaussianBlur(before, smooth, {}, 4);
  double change = 0;
  double detail = 0;
  double overshoot = 0;
  for (int y = 14; y < 82; ++y) {
    for (int x = 14; x < 82; ++x) {
      const auto at = [&](const cv::Mat& m) { return m.at<cv::Vec3f>(y, x)[1]; };
      change += std::pow(at(after) - at(before), 2);
      detail += std::pow(at(before) - at(smooth), 2);
      overshoot += std::pow(at(after) - at(before), 2);  // a point reaches over no neighbour
    }
  }
  EXPECT_NEAR(evidence.change, change / detail, 1e-3 * evidence.change);
  EXPECT_NEAR(evidence.unexplained, evidence.change, 1e-3 * evidence.change);
  EXPECT_NEAR(evidence.overshoot, overshoot / change, 1e-3);
}

/// A change that was reduced already is judged as if it had not been.
TEST(Weigh, KnowsTheWholeChange) {
  const cv::Mat sharp = SharpFace();
  const cv::Mat blurred = Blurred(sharp, Stroke(9));
  const RestorationEvidence whole = Weigh(blurred, sharp, EstimateOf(Stroke(9)));
  BlurEstimate quarter = EstimateOf(Stroke(9));
  quarter.weight = 0.25;
  const cv::Mat reduced = blurred + 0.25 * (sharp - blurred);
  const RestorationEvidence same = Weigh(blurred, reduced, quarter);
  EXPECT_NEAR(same.change, whole.change, 1e-3 * whole.change);
  EXPECT_NEAR(same.unexplained, whole.unexplained, 1e-4);
  EXPECT_NEAR(Confidence(same), Confidence(whole), 0.01);
}

TEST(Weigh, AFlatChipIsNoError) {
  const cv::Mat flat(64, 64, CV_32FC3, cv::Scalar::all(0.5));
  const double confidence = Confidence(Weigh(flat, flat, EstimateOf(Stroke(9))));
  EXPECT_GT(confidence, 0);
  EXPECT_LT(confidence, 1);
}

/// A printed face is no blurred one: two looks at it disagree, and the dots become noise.
TEST(Confidence, FallsWithDoubt) {
  RestorationEvidence usual;
  usual.disagreement = 0.005;
  usual.unexplained = 0.06;
  usual.change = 1;
  usual.noise_gain = 1.2;
  usual.overshoot = 0.05;
  usual.sparsity = 2;
  const double confidence = Confidence(usual);
  EXPECT_GT(confidence, 0.85);
  const auto lower = [&](double RestorationEvidence::*member, double value) {
    RestorationEvidence doubtful = usual;
    doubtful.*member = value;
    return Confidence(doubtful) < confidence;
  };
  EXPECT_TRUE(lower(&RestorationEvidence::disagreement, 0.1));
  EXPECT_TRUE(lower(&RestorationEvidence::unexplained, 0.5));
  EXPECT_TRUE(lower(&RestorationEvidence::noise_gain, 1.5));
  EXPECT_TRUE(lower(&RestorationEvidence::overshoot, 0.3));
}

TEST(KeepBelieved, TakesBackWhatIsDoubtful) {
  const cv::Mat blurred(8, 8, CV_32FC3, cv::Scalar::all(0.2));
  const cv::Mat restored(8, 8, CV_32FC3, cv::Scalar::all(0.6));
  const auto value = [&](double confidence) {
    return KeepBelieved(blurred, restored, confidence).at<cv::Vec3f>(3, 3)[1];
  };
  EXPECT_FLOAT_EQ(value(0), 0.2F);
  EXPECT_FLOAT_EQ(value(0.4), 0.2F);
  EXPECT_NEAR(value(0.55), 0.4, 1e-5);
  EXPECT_FLOAT_EQ(value(0.7), 0.6F);
  EXPECT_EQ(KeepBelieved(blurred, restored, 1).data, restored.data);  // not even a rounding
}

}  // namespace
}  // namespace facedeblur
