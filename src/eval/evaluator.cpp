#include "facedeblur/eval/evaluator.h"

#include <algorithm>
#include <chrono>

#include "eval/baselines.h"
#include "facedeblur/dataset/blur_kernel.h"
#include "facedeblur/image/contact_sheet.h"
#include "facedeblur/image/sample_depth.h"
#include "facedeblur/restore/confidence.h"
#include "facedeblur/util/random.h"
#include "facedeblur/util/task_pool.h"

namespace facedeblur {
namespace {

class PairScorer {
 public:
  PairScorer(const EvaluationPair& pair, const FaceRestorer& restorer)
      : pair_(pair), restorer_(restorer) {
    pair.blurred.convertTo(chip_, CV_32F, 1 / 255.0);
    scores_.face = pair.face;
    scores_.kernel_size = pair.kernel.rows;
  }

  /// The network's result.
  cv::Mat ScoreNetwork() {
    const auto begin = std::chrono::steady_clock::now();
    const BlurEstimate blur = restorer_.EstimateBlur(chip_, RunInOrder);
    const cv::Mat chip = restorer_.RestoreRegion(chip_, blur, RunInOrder);
    cv::Mat restored = ToEightBits(chip);
    if (!blur.kernel.empty()) {
      scores_.evidence = Weigh(chip_, chip, blur);
      scores_.confidence = Confidence(scores_.evidence);
      restored = ToEightBits(KeepBelieved(chip_, chip, scores_.confidence));
    }
    const auto end = std::chrono::steady_clock::now();
    scores_.seconds = std::chrono::duration<double>(end - begin).count();
    MethodScores& blurred = Add(Method::kBlurred, pair_.blurred);
    blurred.shifted = BestShiftScore(pair_.blurred, pair_.sharp);
    scores_.whole_gain = ScoreOf(ToEightBits(chip), pair_.sharp).psnr - blurred.chip.psnr;
    Add(Method::kRestored, restored).shifted = BestShiftScore(restored, pair_.sharp);
    if (!blur.kernel.empty() && blur.scale >= 1 && !pair_.kernel.empty()) {
      const cv::Mat kernel = blur.scale > 1 ? ShrinkKernel(blur.kernel, blur.scale) : blur.kernel;
      scores_.kernel_similarity = KernelSimilarity(kernel, pair_.kernel);
    }
    return restored;
  }

  void ScoreBaselines() {
    constexpr double kUnsharpSigma = 2;
    constexpr double kUnsharpAmount = 1;
    constexpr int kIterations = 15;
    Add(Method::kUnsharpMask, ToEightBits(UnsharpMask(chip_, kUnsharpSigma, kUnsharpAmount)));
    if (pair_.kernel.empty()) return;
    Add(Method::kRichardsonLucy, ToEightBits(RichardsonLucy(chip_, pair_.kernel, kIterations)));
    Add(Method::kWiener, ToEightBits(WienerOracle(chip_, pair_.kernel)));
  }

  /// How far the blurred and the restored face are from the sharp one as persons.
  void ScoreIdentity(const FaceIdentity& identity, const cv::Mat& restored) {
    if (pair_.landmarks.empty()) return;
    const cv::Mat sharp = identity.Embed(pair_.sharp, pair_.landmarks);
    scores_.blurred_distance = cv::norm(identity.Embed(pair_.blurred, pair_.landmarks), sharp);
    scores_.restored_distance = cv::norm(identity.Embed(restored, pair_.landmarks), sharp);
  }

  const PairScores& scores() const { return scores_; }

 private:
  MethodScores& Add(Method method, const cv::Mat& image) {
    MethodScores& scores = scores_.methods[static_cast<std::size_t>(method)];
    scores.known = true;
    scores.chip = ScoreOf(image, pair_.sharp);
    scores.face = ScoreOf(image, pair_.sharp, pair_.face_mask);
    return scores;
  }

  const EvaluationPair& pair_;
  const FaceRestorer& restorer_;
  cv::Mat chip_;
  PairScores scores_;
};

}  // namespace

Evaluation Evaluate(const PairSource& pairs, const FaceRestorer& restorer,
                    const EvaluationOptions& options) {
  Evaluation evaluation;
  evaluation.scores.resize(pairs.count);
  evaluation.examples.resize(std::min(options.examples, pairs.count));
  const std::size_t examples = evaluation.examples.size();
  const auto score = [&](std::size_t index) {
    const EvaluationPair pair = pairs.make(index);
    PairScorer scorer(pair, restorer);
    const cv::Mat restored = scorer.ScoreNetwork();
    if (options.baselines) scorer.ScoreBaselines();
    if (options.identity != nullptr) scorer.ScoreIdentity(*options.identity, restored);
    evaluation.scores[index] = scorer.scores();
    // Every (count / examples)-th pair is one to look at.
    const std::size_t example = index * examples / pairs.count;
    if (examples > 0 && (example * pairs.count + examples - 1) / examples == index) {
      evaluation.examples[example] = {pair.sharp, pair.blurred, restored};
    }
  };
  RunParallel(options.threads, pairs.count, score);
  return evaluation;
}

MeanScore Summarize(const std::vector<PairScores>& pairs, const ScoreGetter& score,
                    std::uint64_t seed) {
  MeanScore summary;
  std::size_t faces = 0;
  for (const PairScores& pair : pairs) faces = std::max(faces, pair.face + 1);
  std::vector<double> sums(faces);
  std::vector<double> counts(faces);
  for (const PairScores& pair : pairs) {
    const Score s = score(pair);
    summary.mean.psnr += s.psnr / static_cast<double>(pairs.size());
    summary.mean.ssim += s.ssim / static_cast<double>(pairs.size());
    sums[pair.face] += s.psnr;
    counts[pair.face] += 1;
  }
  constexpr int kDraws = 1000;
  Random random(seed);
  std::vector<double> means;
  for (int draw = 0; draw < kDraws; ++draw) {
    double sum = 0;
    double count = 0;
    for (std::size_t i = 0; i < faces; ++i) {
      const auto face = static_cast<std::size_t>(random.Integer(0, static_cast<int>(faces) - 1));
      sum += sums[face];
      count += counts[face];
    }
    if (count > 0) means.push_back(sum / count);
  }
  std::sort(means.begin(), means.end());
  if (!means.empty()) {
    summary.psnr_low = means[means.size() / 40];
    summary.psnr_high = means[means.size() - 1 - means.size() / 40];
  }
  return summary;
}

cv::Mat ExampleSheet(const std::vector<ExampleChips>& examples) {
  std::vector<SheetRow> rows = {{"Clean", {}}, {"Blurry", {}}, {"Deblurred", {}}};
  for (const ExampleChips& example : examples) {
    rows[0].cells.push_back(example.sharp);
    rows[1].cells.push_back(example.blurred);
    rows[2].cells.push_back(example.restored);
  }
  constexpr int kCell = 160;
  return MakeContactSheet(rows, kCell);
}

}  // namespace facedeblur
