#pragma once

#include <torch/types.h>

#include <vector>

#include "facedeblur/dataset/training_pair.h"
#include "facedeblur/util/random.h"

namespace facedeblur {

/// A batch of training pairs as tensors on the device.
struct TrainingBatch {
  torch::Tensor blurred;    ///< Nx3xSxS, BGR, 0..1
  torch::Tensor sharp;      ///< Nx3xSxS, BGR, 0..1
  torch::Tensor kernel;     ///< NxKxK
  torch::Tensor structure;  ///< Nx1xSxS, 0..1: eyes, brows, nose and mouth
  torch::Tensor landmarks;  ///< Nx68x2, -1 to 1 from edge to edge of the chip; not of crops
  torch::Tensor face;       ///< N: 1 where the chip shows a face, or else 0, and landmarks are 0
};

/// Images have their channels last in memory: convolutions run fastest so.
TrainingBatch ToBatch(const std::vector<TrainingPair>& pairs, const torch::Device& device);

/// Of each image a square of `size` pixels, somewhere in it.
TrainingBatch RandomCrops(const TrainingBatch& batch, int size, Random* random);

}  // namespace facedeblur
