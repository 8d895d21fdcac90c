#include "train/validation.h"

#include <algorithm>

#include "facedeblur/image/contact_sheet.h"
#include "facedeblur/image/metrics.h"
#include "nn/chip_tensor.h"
#include "train/loss_means.h"
#include "train/training_batch.h"

namespace facedeblur {
namespace {

/// Apart from the seeds of training.
constexpr std::uint64_t kSeed = 0x5EED;

double CappedPsnr(const cv::Mat& chip, const cv::Mat& sharp) {
  constexpr double kMost = 60;
  return std::min(kMost, Psnr(chip, sharp));
}

}  // namespace

Validation::Validation(const FaceSet& faces, const PairOptions& pairs, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    pairs_.push_back(DrawPair(faces, pairs, kSeed, static_cast<std::uint64_t>(i)));
  }
}

ValidationResult Validation::Run(Objective* objective, const torch::Device& device) const {
  constexpr std::size_t kExamples = 8;
  constexpr int kCell = 160;
  const c10::InferenceMode inference;
  objective->module().eval();
  ValidationResult result;
  LossMeans means;
  std::vector<SheetRow> examples = {{"Clean", {}}, {"Blurry", {}}, {"Deblurred", {}}};
  const double share = 1 / static_cast<double>(pairs_.size());
  for (const TrainingPair& pair : pairs_) {
    torch::Tensor output;
    means.Add(objective->ValidationLoss(ToBatch({pair}, device), &output));
    if (!output.defined()) continue;  // a network that restores nothing
    const cv::Mat restored = ChipFromTensor(output);
    result.blurred_psnr += CappedPsnr(pair.blurred, pair.sharp) * share;
    result.restored_psnr += CappedPsnr(restored, pair.sharp) * share;
    if (examples[0].cells.size() == kExamples) continue;
    examples[0].cells.push_back(pair.sharp);
    examples[1].cells.push_back(pair.blurred);
    examples[2].cells.push_back(restored);
  }
  result.losses = means.Take();
  if (!examples[0].cells.empty()) result.examples = MakeContactSheet(examples, kCell);
  return result;
}

}  // namespace facedeblur
