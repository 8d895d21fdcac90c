#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "dataset_fixture.h"
#include "eval/baselines.h"
#include "facedeblur/dataset/blur_kernel.h"
#include "facedeblur/dataset/pair_writer.h"
#include "facedeblur/eval/evaluator.h"
#include "facedeblur/eval/folder_pairs.h"
#include "facedeblur/eval/protocol.h"
#include "facedeblur/eval/report.h"
#include "facedeblur/image/metrics.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "support.h"

namespace facedeblur {
namespace {

using testing::SampleFaces;
using testing::TempFolder;

/// A sharp chip and a centred camera shake of it, CV_32FC3.
struct BlurredChip {
  cv::Mat sharp;
  cv::Mat kernel;
  cv::Mat blurred;
};
BlurredChip MakeBlurredChip() {
  EvaluationProtocol protocol;
  protocol.min_kernel = protocol.max_kernel = 15;
  const EvaluationPair pair = ProtocolPairs(SampleFaces(), protocol).make(12);
  BlurredChip chip;
  pair.sharp.convertTo(chip.sharp, CV_32F, 1 / 255.0);
  pair.blurred.convertTo(chip.blurred, CV_32F, 1 / 255.0);
  chip.kernel = pair.kernel;
  return chip;
}

TEST(Baselines, KnowingTheKernelHelps) {
  const BlurredChip chip = MakeBlurredChip();
  const double before = Psnr(chip.blurred, chip.sharp);
  EXPECT_GT(Psnr(WienerOracle(chip.blurred, chip.kernel), chip.sharp), before + 1.5);
  EXPECT_GT(Psnr(RichardsonLucy(chip.blurred, chip.kernel, 15), chip.sharp), before + 1.5);
  cv::Mat mirrored;
  cv::flip(chip.kernel, mirrored, 0);
  EXPECT_LT(Psnr(RichardsonLucy(chip.blurred, mirrored, 15), chip.sharp),
            Psnr(RichardsonLucy(chip.blurred, chip.kernel, 15), chip.sharp));
}

TEST(Baselines, RichardsonLucyKeepsWhatIsNotBlurred) {
  const BlurredChip chip = MakeBlurredChip();
  const cv::Mat same = RichardsonLucy(chip.sharp, cv::Mat::ones(1, 1, CV_32F), 5);
  EXPECT_LT(cv::norm(same, chip.sharp, cv::NORM_INF), 1e-5);
}

TEST(Baselines, UnsharpMaskAddsTheDifferenceInEveryChannel) {
  const BlurredChip chip = MakeBlurredChip();
  cv::Mat smooth;
  cv::GaussianBlur(chip.blurred, smooth, {0, 0}, 2);
  const cv::Mat sharpened = UnsharpMask(chip.blurred, 2, 0.5);
  for (int y = 0; y < 128; y += 13) {
    for (int x = 0; x < 128; x += 13) {
      for (int c = 0; c < 3; ++c) {
        const float b = chip.blurred.at<cv::Vec3f>(y, x)[c];
        const float expected = b + 0.5F * (b - smooth.at<cv::Vec3f>(y, x)[c]);
        EXPECT_NEAR(sharpened.at<cv::Vec3f>(y, x)[c], std::clamp(expected, 0.0F, 1.0F), 1e-6);
      }
    }
  }
}

TEST(Score, BestShiftIsThatOfBruteForce) {
  cv::Mat truth = testing::MakeTestImage({64, 64}, CV_8UC3);
  cv::GaussianBlur(truth, truth, {0, 0}, 1.5);
  cv::Mat moved;
  cv::warpAffine(truth, moved, cv::Matx23d(1, 0, 1.25, 0, 1, -2), truth.size(), cv::INTER_CUBIC,
                 cv::BORDER_REPLICATE);
  double best = 0;
  const cv::Rect inside(5, 5, 54, 54);
  for (int dy = -12; dy <= 12; ++dy) {
    for (int dx = -12; dx <= 12; ++dx) {
      cv::Mat back;
      cv::warpAffine(moved, back, cv::Matx23d(1, 0, 0.25 * dx, 0, 1, 0.25 * dy), truth.size(),
                     cv::INTER_CUBIC, cv::BORDER_REPLICATE);
      best = std::max(best, Psnr(back(inside), truth(inside)));
    }
  }
  EXPECT_NEAR(BestShiftScore(moved, truth).psnr, best, 1e-9);
  EXPECT_GT(best, Psnr(moved, truth) + 3);
}

TEST(Score, KernelSimilarityForgivesShiftsAlone) {
  Random random(2);
  const cv::Mat kernel = CameraShakeKernel(15, &random);
  cv::Mat shifted;
  cv::warpAffine(FitKernel(kernel, 27), shifted, cv::Matx23d(1, 0, 4, 0, 1, -3), {27, 27});
  EXPECT_NEAR(KernelSimilarity(shifted, kernel), 1, 1e-4);
  EXPECT_NEAR(KernelSimilarity(kernel, kernel), 1, 1e-5);
  const cv::Mat point = cv::Mat::ones(1, 1, CV_32F);
  double high = 0;
  cv::minMaxLoc(kernel, nullptr, &high);
  EXPECT_NEAR(KernelSimilarity(point, kernel), high / cv::norm(kernel), 1e-5);
}

TEST(Score, AMaskLimitsBothScores) {
  cv::Mat a = testing::MakeTestImage({64, 64}, CV_8UC3);
  cv::Mat b = a.clone();
  b(cv::Rect(0, 0, 20, 64)).setTo(0);
  cv::Mat mask = cv::Mat::zeros(64, 64, CV_8U);
  mask(cv::Rect(30, 10, 20, 40)).setTo(255);
  EXPECT_EQ(ScoreOf(b, a, mask).psnr, 100);
  EXPECT_NEAR(ScoreOf(b, a, mask).ssim, 1, 1e-9);
  EXPECT_LT(ScoreOf(b, a).ssim, 0.9);
}

TEST(ProtocolKernels, TenForEachOddSize) {
  const auto kernels = ProtocolKernels(MsplProtocol());
  ASSERT_EQ(kernels.size(), 80U);
  EXPECT_EQ(kernels.front().rows, 13);
  EXPECT_EQ(kernels.back().rows, 27);
}

TEST(Protocol, ASizeOfOneIsNoBlur) {
  EvaluationProtocol protocol;
  protocol.min_kernel = protocol.max_kernel = 1;
  const EvaluationPair pair = ProtocolPairs(SampleFaces(), protocol).make(0);
  EXPECT_EQ(cv::norm(pair.sharp, pair.blurred, cv::NORM_INF), 0);
}

TEST(Protocol, TheMaskIsTheFace) {
  const EvaluationPair pair = ProtocolPairs(SampleFaces(), {}).make(100);
  const double share = cv::countNonZero(pair.face_mask) / (128.0 * 128.0);
  EXPECT_GT(share, 0.25);
  EXPECT_LT(share, 0.75);
  EXPECT_NE(pair.face_mask.at<uchar>(64, 64), 0);
  EXPECT_EQ(pair.face_mask.at<uchar>(2, 2), 0);
}

Evaluation EvaluateSamples(const EvaluationProtocol& protocol, const FaceRestorer& restorer,
                           std::size_t threads) {
  EvaluationOptions options;
  options.threads = threads;
  options.examples = 3;
  return Evaluate(ProtocolPairs(SampleFaces(), protocol), restorer, options);
}

TEST(Evaluate, TheIdentityScoresAsTheBlurredInput) {
  EvaluationProtocol protocol = ShenProtocol();
  protocol.kernels_per_face = 2;
  const auto identity = MakeIdentityRestorer();
  const Evaluation evaluation = EvaluateSamples(protocol, *identity, 2);
  ASSERT_EQ(evaluation.scores.size(), 14U);
  for (const PairScores& pair : evaluation.scores) {
    const MethodScores& blurred = pair.Of(Method::kBlurred);
    const MethodScores& restored = pair.Of(Method::kRestored);
    EXPECT_EQ(blurred.chip.psnr, restored.chip.psnr);
    EXPECT_EQ(blurred.face.ssim, restored.face.ssim);
    EXPECT_EQ(blurred.shifted.psnr, restored.shifted.psnr);
    EXPECT_GT(pair.Of(Method::kWiener).chip.psnr, blurred.chip.psnr);
    EXPECT_EQ(pair.kernel_similarity, -1) << "the identity estimates no kernel";
  }
  ASSERT_EQ(evaluation.examples.size(), 3U);
  for (const ExampleChips& example : evaluation.examples) {
    EXPECT_EQ(cv::norm(example.blurred, example.restored, cv::NORM_INF), 0);
  }
  EXPECT_FALSE(ExampleSheet(evaluation.examples).empty());
}

TEST(Evaluate, DoesNotDependOnThreads) {
  EvaluationProtocol protocol = ShenProtocol();
  protocol.kernels_per_face = 1;
  const auto identity = MakeIdentityRestorer();
  const auto one = EvaluateSamples(protocol, *identity, 1).scores;
  const auto three = EvaluateSamples(protocol, *identity, 3).scores;
  for (std::size_t i = 0; i < one.size(); ++i) {
    for (std::size_t m = 0; m < kMethodCount; ++m) {
      EXPECT_EQ(one[i].methods[m].chip.psnr, three[i].methods[m].chip.psnr);
    }
  }
}

TEST(FolderPairs, PairsByNameAndScoresAlike) {
  const TempFolder folder;
  PairWriterOptions writer;
  writer.output = folder.path();
  writer.pairs.chip_size = 256;
  writer.pairs.min_eye_distance = writer.pairs.max_eye_distance = 80;
  WriteFacePairs(SampleFaces(), writer);
  const auto identity = MakeIdentityRestorer();
  const auto aligned =
      Evaluate(AlignedPairs(folder / "sharp", folder / "blurred"), *identity, {}).scores;
  ASSERT_EQ(aligned.size(), 7U);
  for (const PairScores& pair : aligned) {
    EXPECT_TRUE(pair.Of(Method::kUnsharpMask).known);
    EXPECT_FALSE(pair.Of(Method::kWiener).known) << "the kernel is not known";
  }
  const FaceSet faces = testing::LoadFaces(folder / "sharp");
  const PairSource source = FolderPairs(faces, folder / "sharp", folder / "blurred", 128);
  EXPECT_EQ(source.count, faces.faces().size());
  const EvaluationPair pair = source.make(0);
  EXPECT_EQ(pair.sharp.size(), cv::Size(128, 128));
  EXPECT_LT(Psnr(pair.blurred, pair.sharp), 60);
  std::filesystem::remove(folder / "blurred" / "0000002.png");
  EXPECT_THROW(AlignedPairs(folder / "sharp", folder / "blurred"), Error);
}

/// A restorer that only moves the image, as an off-centre kernel does.
class ShiftRestorer : public FaceRestorer {
 public:
  using FaceRestorer::Restore;
  cv::Mat Restore(const cv::Mat& chip, const ParallelFor& /*parallel*/) const override {
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
  for (const PairScores& pair : EvaluateSamples(protocol, ShiftRestorer(), 2).scores) {
    const MethodScores& blurred = pair.Of(Method::kBlurred);
    const MethodScores& restored = pair.Of(Method::kRestored);
    EXPECT_NEAR(restored.shifted.psnr, blurred.shifted.psnr, 0.05);
    EXPECT_LT(restored.chip.psnr, blurred.chip.psnr);
  }
}

/// An identity whose embedding is the mean colour of the face's surroundings.
class MeanColor : public FaceIdentity {
 public:
  cv::Mat Embed(const cv::Mat& image, const Landmarks& landmarks) const override {
    EXPECT_EQ(landmarks.size(), kLandmarkCount);
    const cv::Rect box = cv::boundingRect(landmarks) & cv::Rect({}, image.size());
    const cv::Scalar mean = cv::mean(image(box));
    return (cv::Mat_<float>(3, 1) << mean[0], mean[1], mean[2]);
  }
};

/// A restorer that makes every chip half as bright.
class HalvingRestorer : public FaceRestorer {
 public:
  using FaceRestorer::Restore;
  cv::Mat Restore(const cv::Mat& chip, const ParallelFor& /*parallel*/) const override {
    return 0.5 * chip;
  }
  const ChipTemplate& chip_template() const override { return identity_->chip_template(); }
  std::string Describe() const override { return "half"; }

 private:
  std::unique_ptr<FaceRestorer> identity_ = MakeIdentityRestorer();
};

TEST(Evaluate, IdentityIsTheDistanceFromTheSharpFace) {
  EvaluationProtocol protocol = ShenProtocol();
  protocol.kernels_per_face = 1;
  const PairSource pairs = ProtocolPairs(SampleFaces(), protocol);
  const MeanColor color;
  EvaluationOptions options;
  options.baselines = false;
  options.identity = &color;
  const std::vector<PairScores> scores = Evaluate(pairs, HalvingRestorer(), options).scores;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const EvaluationPair pair = pairs.make(i);
    const cv::Mat sharp = color.Embed(pair.sharp, pair.landmarks);
    const cv::Mat blurred = color.Embed(pair.blurred, pair.landmarks);
    EXPECT_NEAR(scores[i].blurred_distance, cv::norm(blurred, sharp), 1e-6);
    EXPECT_GT(scores[i].blurred_distance, 0);
    constexpr double kRounding = 1;  // restored chips are scored in 8 bits
    EXPECT_NEAR(scores[i].restored_distance, cv::norm(0.5 * blurred, sharp), kRounding);
  }
}

TEST(FaceIdentity, AnotherFileIsNamedInTheError) {
  const TempFolder folder;
  WriteFileAtomically(folder / "none.dat", Bytes(100, 7), Clobber::kReplace);
  for (const char* name : {"none.dat", "missing.dat"}) {
    try {
      FaceIdentity::Load(folder / name);
      ADD_FAILURE() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kModel);
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
    }
  }
}

// With dlib's file where FACEDEBLUR_IDENTITY says it is.
TEST(FaceIdentity, OnePersonIsNearerThanTwo) {
  const char* file = std::getenv("FACEDEBLUR_IDENTITY");
  if (file == nullptr) GTEST_SKIP() << "FACEDEBLUR_IDENTITY names no face recognition network";
  const auto identity = FaceIdentity::Load(file);
  const auto& faces = SampleFaces().faces();
  ASSERT_GE(faces.size(), 2U);
  const cv::Mat first = identity->Embed(faces[0].pixels, faces[0].landmarks);
  cv::Mat softer;
  cv::GaussianBlur(faces[0].pixels, softer, {0, 0}, 1);
  const double same = cv::norm(identity->Embed(softer, faces[0].landmarks), first);
  EXPECT_EQ(cv::norm(identity->Embed(faces[0].pixels, faces[0].landmarks), first), 0);
  EXPECT_LT(same, 0.4);
  EXPECT_GT(cv::norm(identity->Embed(faces[1].pixels, faces[1].landmarks), first), same);
}

std::vector<PairScores> FortyPairs() {
  std::vector<PairScores> pairs(40);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    pairs[i].face = i / 2;
    pairs[i].kernel_size = i % 2 == 0 ? 13 : 15;
    for (const Method method : {Method::kBlurred, Method::kRestored}) {
      MethodScores& scores = pairs[i].methods[static_cast<std::size_t>(method)];
      scores.known = true;
      scores.chip = {20 + static_cast<double>(i % 7), 0.5};
    }
  }
  return pairs;
}

TEST(Summarize, MeanAndInterval) {
  const MeanScore summary = Summarize(
      FortyPairs(), [](const PairScores& pair) { return pair.Of(Method::kBlurred).chip; }, 1);
  EXPECT_NEAR(summary.mean.ssim, 0.5, 1e-12);
  EXPECT_LT(summary.psnr_low, summary.mean.psnr);
  EXPECT_GT(summary.psnr_high, summary.mean.psnr);
  EXPECT_LT(summary.psnr_high - summary.psnr_low, 3);
}

TEST(Report, IdentityIsListedWhereItIsKnown) {
  std::vector<PairScores> pairs = FortyPairs();
  EXPECT_EQ(TextReport({{"set", "p", 20, pairs}}, "w").find("identity"), std::string::npos);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    pairs[i].blurred_distance = 0.5;
    pairs[i].restored_distance = i % 4 == 0 ? 0.6 : 0.3;  // the mean is 0.375
  }
  const std::string text = TextReport({{"set", "p", 20, pairs}}, "w");
  EXPECT_NE(text.find("0.500 blurred, 0.375 restored; 75.0 %"), std::string::npos) << text;
  const std::string json = JsonReport({{"set", "p", 20, pairs}}, "w");
  EXPECT_NE(json.find("\"nearer\":0.75"), std::string::npos) << json;
}

TEST(Report, TheTimeBeginsItsLineWhereNoKernelIsKnown) {
  std::vector<PairScores> pairs = FortyPairs();
  for (PairScores& pair : pairs) pair.seconds = 0.25;
  std::string text = TextReport({{"set", "p", 20, pairs}}, "w");
  EXPECT_NE(text.find("\n250 ms for each face\n"), std::string::npos) << text;
  for (PairScores& pair : pairs) pair.kernel_similarity = 0.5;
  text = TextReport({{"set", "p", 20, pairs}}, "w");
  EXPECT_NE(text.find("\nkernel similarity 0.500; 250 ms for each face\n"), std::string::npos)
      << text;
}

TEST(Report, EveryFormatHoldsTheNumbers) {
  const std::vector<EvaluatedSet> sets = {{"some \"faces\"", "protocol x", 20, FortyPairs()}};
  const double mean =
      Summarize(
          FortyPairs(), [](const PairScores& pair) { return pair.Of(Method::kBlurred).chip; }, 7)
          .mean.psnr;
  char rounded[16];
  std::snprintf(rounded, sizeof rounded, "%.2f", mean);
  for (const std::string& report : {TextReport(sets, "w.h5"), MarkdownReport(sets, "w.h5")}) {
    EXPECT_NE(report.find(rounded), std::string::npos) << report;
    EXPECT_NE(report.find("20 faces, 40 pairs"), std::string::npos);
    EXPECT_EQ(report.find("Wiener"), std::string::npos) << "what is not known is not listed";
  }
  const std::string json = JsonReport(sets, "w.h5");
  EXPECT_NE(json.find("\"name\":\"some \\\"faces\\\"\""), std::string::npos) << json;
  EXPECT_NE(json.find("\"kernel\":15"), std::string::npos);
}

}  // namespace
}  // namespace facedeblur
