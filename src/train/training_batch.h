#pragma once

#include <torch/types.h>

#include <vector>

#include "facedeblur/dataset/training_pair.h"

namespace facedeblur {

/// A batch of training pairs as tensors on the device.
struct TrainingBatch {
  torch::Tensor blurred;    ///< Nx3xSxS, BGR, 0..1
  torch::Tensor sharp;      ///< Nx3xSxS, BGR, 0..1
  torch::Tensor kernel;     ///< NxKxK
  torch::Tensor structure;  ///< Nx1xSxS, 0..1: eyes, brows, nose and mouth
  torch::Tensor landmarks;  ///< Nx68x2, -1 to 1 from edge to edge of the chip
};

/// Images have their channels last in memory: convolutions run fastest so.
TrainingBatch ToBatch(const std::vector<TrainingPair>& pairs, const torch::Device& device);

}  // namespace facedeblur
