#include <utility>

#include "facedeblur/util/error.h"
#include "facedeblur/weights/model_file.h"
#include "nn/file_tensor.h"
#include "nn/landmark_net.h"
#include "train/model_file_maker.h"
#include "train/objective.h"

namespace facedeblur {
namespace {

/// The landmark network learns from sharp chips alone: its features must tell sharp from blurred,
/// so it should not be taught to see no difference.
class LandmarkObjective : public Objective {
 public:
  torch::nn::Module& module() override { return *net_; }

  void CheckPairs(const PairOptions& pairs) const override {
    if (pairs.chip_size == LandmarkNetImpl::kWindow) return;
    throw Error(ErrorKind::kUsage, "the landmark network needs chips of 128 pixels");
  }

  Loss ComputeLoss(const TrainingBatch& batch, Random* /*random*/) override {
    Loss loss;
    loss.Add("landmarks", (net_->forward(batch.sharp) - batch.landmarks).abs().mean(), 1);
    return loss;
  }

  Loss ValidationLoss(const TrainingBatch& batch, torch::Tensor* /*restored*/) override {
    Loss loss;
    loss.Add("landmarks", (net_->forward(batch.sharp) - batch.landmarks).abs().mean(), 1);
    return loss;
  }

  void LoadWeights(Bytes bytes) override {
    LoadTensors(ReadModelFile(std::move(bytes)).tensors, net_.get());
  }

  Bytes Serialize(const std::string& network, const WeightsNotes& notes) override {
    constexpr int kSize = LandmarkNetImpl::kWindow;
    const ChipTemplate chip_template = {kSize, {{46, 44}, {82, 44}, {64, 65}, {46, 80}, {82, 80}}};
    ModelFile model = MakeModelFile(*net_, network, chip_template, notes);
    LandmarkNet rounded;
    LoadTensors(model.tensors, rounded.get());
    AddSelfTest(
        [&rounded](const torch::Tensor& chip) { return FromTorch(rounded->forward(chip)[0]); },
        &model);
    return SerializeModelFile(model, /*half_precision=*/true);
  }

 private:
  LandmarkNet net_;
};

}  // namespace

std::unique_ptr<Objective> MakeLandmarkObjective() { return std::make_unique<LandmarkObjective>(); }

}  // namespace facedeblur
