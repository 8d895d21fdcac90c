#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <memory>
#include <string>

#include "facedeblur/backend/trainer_options.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/random.h"
#include "train/losses.h"
#include "train/training_batch.h"

namespace facedeblur {

/// What is trained, and towards what: a network with its losses and its file.
class Objective {
 public:
  virtual ~Objective() = default;
  virtual torch::nn::Module& module() = 0;

  /// Throws Error(kUsage) when such pairs do not fit the network.
  virtual void CheckPairs(const PairOptions& pairs) const = 0;

  /// Whether it can be trained on crops of chips.
  virtual bool TakesCrops() const { return false; }

  /// Trains only this share of the channels of each layer, from 0 to 1; false where the network
  /// cannot be narrower. Weights must have been loaded before.
  virtual bool SetWidth(double /*share*/) { return false; }

  /// `random` decides what a step is trained on.
  virtual Loss ComputeLoss(const TrainingBatch& batch, Random* random) = 0;

  /// The loss of what the network does in use. `restored` gets Nx3xSxS, BGR, 0..1, not clamped, or
  /// stays undefined where the network restores nothing.
  virtual Loss ValidationLoss(const TrainingBatch& batch, torch::Tensor* restored) = 0;

  /// Takes weights from a file's content; module() is on the CPU. Throws Error(kModel).
  virtual void LoadWeights(Bytes bytes) = 0;

  /// The weights as a file that the rest of the program reads. `network` is its name.
  virtual Bytes Serialize(const std::string& network, const WeightsNotes& notes) = 0;
};

/// Freshly initialised networks, on the CPU; their losses work on `device`. Throw Error(kModel)
/// when the losses' feature network cannot be loaded.
std::unique_ptr<Objective> MakeFaceWienerObjective(const LossOptions& losses,
                                                   const torch::Device& device,
                                                   bool corrects_kernel);
std::unique_ptr<Objective> MakeReferenceObjective(const LossOptions& losses,
                                                  const torch::Device& device);
std::unique_ptr<Objective> MakeLandmarkObjective();
/// Throws Error(kInput) where LossOptions::windows cannot be read.
std::unique_ptr<Objective> MakeBlurredLandmarkObjective(const LossOptions& losses,
                                                        const torch::Device& device);

}  // namespace facedeblur
