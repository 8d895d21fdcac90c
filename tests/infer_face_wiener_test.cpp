#include <gtest/gtest.h>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <thread>
#include <vector>

#include "facedeblur/face/chip.h"
#include "facedeblur/image/metrics.h"
#include "facedeblur/networks/restorers.h"
#include "facedeblur/nn/device.h"
#include "facedeblur/nn/precision.h"
#include "facedeblur/util/error.h"
#include "support.h"

namespace facedeblur {
namespace {

const FaceRestorer& Restorer() {
  static const auto restorer = [] {
    ConfigureInference();
    return LoadRestorer(testing::ModelsFolder() / "face_wiener.h5", {});
  }();
  return *restorer;
}

/// The face of a shipped portrait, `size` pixels square.
cv::Mat SharpChip(int size) {
  const cv::Mat portrait = cv::imread((testing::DataFolder() / "sharp/portrait_07.png").string());
  return ResizeChip(ToFloatBgr(portrait(cv::Rect(60, 90, 360, 360))), size);
}

/// A straight camera movement of `length` pixels, in the given direction.
cv::Mat MotionBlur(const cv::Mat& chip, int length, double angle) {
  cv::Mat kernel = cv::Mat::zeros(length, length, CV_32F);
  const double half = (length - 1) / 2.0;
  for (double t = -half; t <= half; t += 0.05) {
    kernel.at<float>(cvRound(half + t * std::sin(angle)), cvRound(half + t * std::cos(angle))) += 1;
  }
  kernel /= cv::sum(kernel)[0];
  cv::Mat blurred;
  cv::filter2D(chip, blurred, -1, kernel, {-1, -1}, 0, cv::BORDER_REFLECT_101);
  return blurred;
}

double MiddlePsnr(const cv::Mat& a, const cv::Mat& b) {
  const int margin = a.cols / 6;
  const cv::Rect middle(margin, margin, a.cols - 2 * margin, a.rows - 2 * margin);
  return Psnr(a(middle), b(middle));
}

class ScaleTest : public ::testing::TestWithParam<int> {};

/// From small faces to large ones, blurred by an eighth of the chip: each must come nearer to the
/// truth.
TEST_P(ScaleTest, BringsBlurredFacesNearerToTheTruth) {
  const cv::Mat sharp = SharpChip(GetParam());
  const cv::Mat blurred = MotionBlur(sharp, GetParam() / 8 | 1, 0.5);
  const cv::Mat restored = Restorer().Restore(blurred);
  ASSERT_EQ(restored.size(), sharp.size());
  EXPECT_GT(MiddlePsnr(restored, sharp), MiddlePsnr(blurred, sharp) + 0.5);
}

INSTANTIATE_TEST_SUITE_P(ChipSizes, ScaleTest, ::testing::Values(64, 128, 160, 224, 352, 512));

// The estimate has 27 pixels; a wider kernel is found in smaller copies of the chip.
TEST(FaceWiener, FindsKernelsThatAreWiderThanAnEstimate) {
  for (const int size : {128, 160, 352}) {
    const cv::Mat sharp = SharpChip(size);
    const cv::Mat blurred = MotionBlur(sharp, size * 31 / 100 | 1, 0.5);
    const BlurEstimate blur = Restorer().EstimateBlur(blurred, RunInOrder);
    EXPECT_GT(blur.kernel.rows, 27) << size;
    EXPECT_EQ(blur.kernel.rows % 2, 1) << size;
    EXPECT_NEAR(cv::sum(blur.kernel)[0], 1, 1e-3) << size;
    const cv::Mat restored = Restorer().RestoreRegion(blurred, blur, RunInOrder);
    EXPECT_GT(MiddlePsnr(restored, sharp), MiddlePsnr(blurred, sharp) + 1) << size;
  }
  const cv::Mat narrow = MotionBlur(SharpChip(160), 21, 0.5);
  EXPECT_EQ(Restorer().EstimateBlur(narrow, RunInOrder).kernel.rows, 27);
}

TEST(FaceWiener, SharpFacesStayNearlyAsTheyAre) {
  for (const char* name : {"portrait_01.png", "portrait_07.png", "portrait_10.png"}) {
    const cv::Mat portrait = cv::imread((testing::DataFolder() / "sharp" / name).string());
    const cv::Mat chip = ToFloatBgr(portrait(cv::Rect(64, 100, 352, 352)));
    EXPECT_GT(MiddlePsnr(Restorer().Restore(chip), chip), 42) << name;
  }
}

TEST(FaceWiener, AFacesBlurRestoresItsSurroundings) {
  const cv::Mat portrait = cv::imread((testing::DataFolder() / "sharp/portrait_07.png").string());
  const cv::Mat sharp = ToFloatBgr(portrait(cv::Rect(60, 80, 384, 384)));
  const cv::Mat blurred = MotionBlur(sharp, 15, 0.5);
  const cv::Rect face(64, 64, 256, 256);
  const BlurEstimate blur = Restorer().EstimateBlur(blurred(face).clone(), RunInOrder);
  ASSERT_FALSE(blur.kernel.empty());
  EXPECT_NEAR(cv::sum(blur.kernel)[0], 1, 1e-3);
  const cv::Mat restored = Restorer().RestoreRegion(blurred, blur, RunInOrder);
  ASSERT_EQ(restored.size(), sharp.size());
  cv::Mat around = cv::Mat(sharp.size(), CV_8U, cv::Scalar(255));
  around(face).setTo(0);
  EXPECT_GT(Psnr(restored, sharp, around), Psnr(blurred, sharp, around) + 0.5);
}

TEST(FaceWiener, SameChipSameBytes) {
  const cv::Mat blurred = MotionBlur(SharpChip(224), 15, 1.0);
  EXPECT_EQ(cv::norm(Restorer().Restore(blurred), Restorer().Restore(blurred), cv::NORM_INF), 0);
}

TEST(FaceWiener, PartsAtTheSameTimeChangeNoBit) {
  const cv::Mat blurred = MotionBlur(SharpChip(224), 15, 1.0);
  const ParallelFor on_threads = [](std::size_t count, const auto& task) {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < count; ++i) threads.emplace_back([&task, i] { task(i); });
    for (std::thread& thread : threads) thread.join();
  };
  const cv::Mat expected = Restorer().Restore(blurred);
  EXPECT_EQ(cv::norm(Restorer().Restore(blurred, on_threads), expected, cv::NORM_INF), 0);
}

TEST(FaceWiener, Bfloat16IsNearFloat32WhereTheProcessorHasIt) {
  if (!HasBfloat16({})) GTEST_SKIP() << "the processor has no bfloat16";
  ComputeDevice device;
  ResolvePrecision(Precision::kBfloat16, Workload::kInference, &device);
  EXPECT_EQ(device.ToString(), "cpu, bf16");
  const auto restorer = LoadRestorer(testing::ModelsFolder() / "face_wiener.h5", device);
  for (const int size : {128, 224}) {
    const cv::Mat blurred = MotionBlur(SharpChip(size), size / 9 | 1, 0.7);
    const cv::Mat expected = Restorer().Restore(blurred);
    const cv::Mat restored = restorer->Restore(blurred);
    EXPECT_GT(Psnr(restored, expected), 45) << size;
    EXPECT_GT(cv::norm(restored, expected, cv::NORM_INF), 0) << "it is not fp32 after all";
  }
}

TEST(FaceWiener, StaysInRange) {
  cv::Mat harsh(160, 160, CV_32FC3, cv::Scalar::all(0));
  harsh(cv::Rect(40, 40, 80, 80)).setTo(cv::Scalar::all(1));
  const cv::Mat restored = Restorer().Restore(harsh);
  double low = 0;
  double high = 0;
  cv::minMaxLoc(restored.reshape(1), &low, &high);
  EXPECT_GE(low, 0);
  EXPECT_LE(high, 1);
}

}  // namespace
}  // namespace facedeblur
