#include <string>
#include <utility>

#include "facedeblur/util/error.h"
#include "facedeblur/weights/keras_weights.h"
#include "facedeblur/weights/reference_spec.h"
#include "nn/reference_net.h"
#include "train/objective.h"

namespace facedeblur {
namespace {

/// The network of the original notebook: RGB, 0..255, weights as a Keras HDF5 file.
class ReferenceObjective : public Objective {
 public:
  ReferenceObjective(const LossOptions& losses, const torch::Device& device)
      : image_loss_(losses, device) {
    net_->StartAtIdentity();
  }

  torch::nn::Module& module() override { return *net_; }

  void CheckPairs(const PairOptions& pairs) const override {
    if (pairs.chip_size == kReferenceChipSize) return;
    throw Error(ErrorKind::kUsage, "the reference network needs chips of " +
                                       std::to_string(kReferenceChipSize) + " pixels");
  }

  bool TakesCrops() const override { return true; }

  bool SetWidth(double share) override {
    net_->SetWidth(share);
    return true;
  }

  Loss ComputeLoss(const TrainingBatch& batch, Random* /*random*/) override {
    return image_loss_(net_->Restore(batch.blurred), batch);
  }

  Loss ValidationLoss(const TrainingBatch& batch, torch::Tensor* restored) override {
    *restored = net_->Restore(batch.blurred);
    return image_loss_(*restored, batch);
  }

  void LoadWeights(Bytes bytes) override {
    net_->LoadKeras(ReadKerasWeights(std::move(bytes)).layers);
  }

  Bytes Serialize(const std::string& /*network*/, const WeightsNotes& notes) override {
    return SerializeKerasWeights({net_->ToKeras(), notes});
  }

 private:
  ImageLoss image_loss_;
  ReferenceNet net_;
};

}  // namespace

std::unique_ptr<Objective> MakeReferenceObjective(const LossOptions& losses,
                                                  const torch::Device& device) {
  return std::make_unique<ReferenceObjective>(losses, device);
}

}  // namespace facedeblur
