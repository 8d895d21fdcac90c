#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "facedeblur/nn/model_file.h"
#include "facedeblur/train/trainer.h"
#include "facedeblur/train/training_pair.h"
#include "facedeblur/util/random.h"

namespace facedeblur {

/// A batch of training pairs as tensors on the device, BGR, 0..1.
struct TrainingBatch {
  torch::Tensor blurred;   ///< Nx3xSxS
  torch::Tensor sharp;     ///< Nx3xSxS
  torch::Tensor kernel;    ///< NxKxK
  torch::Tensor features;  ///< Nx1xSxS, 0..1: the face's structure
};
TrainingBatch ToBatch(const std::vector<TrainingPair>& pairs, const torch::Device& device);

/// Mean of sqrt(d^2 + epsilon^2), each pixel weighted (Charbonnier et al., ICIP 1994).
torch::Tensor CharbonnierLoss(const torch::Tensor& a, const torch::Tensor& b,
                              const torch::Tensor& weights);

/// Mean absolute difference of the 2-D Fourier transforms' real and imaginary parts, scaled by half
/// the picture's side (Cho et al., "Rethinking Coarse-to-Fine Approach", ICCV 2021).
torch::Tensor FourierLoss(const torch::Tensor& a, const torch::Tensor& b);

/// Cross entropy of an estimated log kernel against the true kernel, per picture.
torch::Tensor KernelLoss(const torch::Tensor& log_kernel, const torch::Tensor& kernel);

/// What a step minimises.
struct Loss {
  torch::Tensor total;
  std::vector<std::pair<std::string, torch::Tensor>> terms;  ///< scalars, before their weights
};

/// What is trained, and towards what: a network with its losses.
class Objective {
 public:
  /// A network the model registry knows, freshly initialised. Throws Error(kUsage) for other names.
  static std::unique_ptr<Objective> Create(const std::string& network, const LossOptions& losses);

  virtual ~Objective() = default;
  virtual torch::nn::Module& module() = 0;
  /// `random` decides what a step is trained on.
  virtual Loss ComputeLoss(const TrainingBatch& batch, Random* random) = 0;
  /// The loss of what the network does in use; `restored` gets Nx3xSxS, BGR, not clamped.
  virtual Loss ValidationLoss(const TrainingBatch& batch, torch::Tensor* restored) = 0;
  /// Nx3xSxS restored, BGR, 0..1.
  virtual torch::Tensor Restore(const torch::Tensor& blurred) = 0;
  /// A model file for the network, without tensors and texts.
  virtual ModelFile EmptyModel() const = 0;
};

}  // namespace facedeblur
