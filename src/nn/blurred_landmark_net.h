#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/linear.h>

#include <vector>

#include "nn/convolution.h"

namespace facedeblur {

/// What it says of N chips.
struct FaceReadings {
  torch::Tensor landmarks;  ///< Nx68x2, x and y, -1 to 1 from edge to edge of the chip
  torch::Tensor face;       ///< N, logits: whether the chip shows a face
};

/// The network that reads the 68 landmarks of a face in spite of blur, as it is trained; its shape
/// is that of kLandmarkStages (face/landmark_network_spec.h).
class BlurredLandmarkNetImpl : public torch::nn::Module {
 public:
  BlurredLandmarkNetImpl();

  /// Of Nx3x64x64, BGR, 0..1.
  FaceReadings forward(const torch::Tensor& chips);

 private:
  std::vector<Convolution> halvings_;
  std::vector<torch::nn::Sequential> blocks_;
  torch::nn::Linear hidden_{nullptr};
  torch::nn::Linear out_{nullptr};
};
TORCH_MODULE(BlurredLandmarkNet);

}  // namespace facedeblur
