#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "eval/wiener_oracle.h"
#include "facedeblur/eval/evaluator.h"
#include "facedeblur/image/metrics.h"
#include "facedeblur/synth/degradation.h"
#include "support.h"

namespace facedeblur {
namespace {

const FaceSet& SampleFaces() {
  static const FaceSet faces = [] {
    DetectorOptions options;
    options.landmark_model = "/usr/share/dlib/shape_predictor_68_face_landmarks.dat";
    return FaceSet::Load({testing::DataFolder() / "sharp"}, {}, *FaceDetector::Create(options), 2,
                         1);
  }();
  return faces;
}

TEST(WienerOracle, KnowingTheKernelHelps) {
  const cv::Mat sharp = EvaluationChip(SampleFaces().faces()[1], 128);
  Random random(4);
  const cv::Mat kernel = CenterKernel(CameraShakeKernel(15, &random));
  cv::Mat blurred;
  cv::filter2D(sharp, blurred, CV_32F, kernel, {-1, -1}, 0, cv::BORDER_REFLECT_101);
  EXPECT_GT(Psnr(WienerOracle(blurred, kernel), sharp), Psnr(blurred, sharp) + 1.5);
}

TEST(ProtocolKernels, TenForEachOddSize) {
  const auto kernels = ProtocolKernels(MsplProtocol());
  ASSERT_EQ(kernels.size(), 80U);
  EXPECT_EQ(kernels.front().rows, 13);
  EXPECT_EQ(kernels.back().rows, 27);
}

TEST(Evaluate, TheIdentityScoresAsTheBlurredInput) {
  EvaluationProtocol protocol = ShenProtocol();
  protocol.kernels_per_face = 2;
  const auto identity = MakeIdentityRestorer();
  const auto scores = Evaluate(SampleFaces(), *identity, protocol, 2);
  ASSERT_EQ(scores.size(), 14U);
  for (const PairScores& pair : scores) {
    EXPECT_EQ(pair.blurred.psnr, pair.restored.psnr);
    EXPECT_EQ(pair.blurred.ssim, pair.restored.ssim);
    EXPECT_GT(pair.oracle.psnr, pair.blurred.psnr);
  }
}

TEST(Evaluate, DoesNotDependOnThreads) {
  EvaluationProtocol protocol = ShenProtocol();
  protocol.kernels_per_face = 1;
  const auto identity = MakeIdentityRestorer();
  const auto one = Evaluate(SampleFaces(), *identity, protocol, 1);
  const auto three = Evaluate(SampleFaces(), *identity, protocol, 3);
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].blurred.psnr, three[i].blurred.psnr);
  }
}

/// A restorer that only moves the picture, as an off-centre kernel does.
class ShiftRestorer : public FaceRestorer {
 public:
  cv::Mat Restore(const cv::Mat& chip) const override {
    cv::Mat moved;
    cv::warpAffine(chip, moved, cv::Matx23d(1, 0, 2, 0, 1, -1), chip.size(), cv::INTER_LINEAR,
                   cv::BORDER_REPLICATE);
    return moved;
  }
  const ChipTemplate& chip_template() const override { return identity_->chip_template(); }
  std::string Describe() const override { return "shift"; }

 private:
  std::unique_ptr<FaceRestorer> identity_ = MakeIdentityRestorer();
};

TEST(Evaluate, BestShiftForgivesAShift) {
  EvaluationProtocol protocol = MsplProtocol();
  protocol.kernels_per_face = 1;
  const auto scores = Evaluate(SampleFaces(), ShiftRestorer(), protocol, 2);
  for (const PairScores& pair : scores) {
    EXPECT_NEAR(pair.restored_shift.psnr, pair.blurred_shift.psnr, 0.05);
    EXPECT_LT(pair.restored.psnr, pair.blurred.psnr);
  }
}

TEST(Summarize, MeanAndInterval) {
  std::vector<PairScores> pairs(40);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    pairs[i].face = i / 2;
    pairs[i].blurred.psnr = 20 + static_cast<double>(i % 7);
    pairs[i].blurred.ssim = 0.5;
  }
  const MeanScore summary = Summarize(pairs, &PairScores::blurred, 1);
  EXPECT_NEAR(summary.mean.ssim, 0.5, 1e-12);
  EXPECT_LT(summary.psnr_low, summary.mean.psnr);
  EXPECT_GT(summary.psnr_high, summary.mean.psnr);
  EXPECT_LT(summary.psnr_high - summary.psnr_low, 3);
}

}  // namespace
}  // namespace facedeblur
