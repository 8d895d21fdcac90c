#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/linear.h>

#include <vector>

#include "nn/convolution.h"

namespace facedeblur {

/// A small network that finds the 68 landmarks in a chip. Trained for that, its inner features know
/// where a face's parts are and what they look like: they constrain the training of a restoration
/// without any weights from elsewhere.
class LandmarkNetImpl : public torch::nn::Module {
 public:
  static constexpr std::int64_t kWindow = 128;  ///< input height and width

  LandmarkNetImpl();

  /// Nx3x128x128, BGR, 0..1 -> Nx68x2, x and y, -1 to 1 from edge to edge of the chip.
  torch::Tensor forward(const torch::Tensor& chips);

  /// Feature maps at a half, a quarter and an eighth of the chip's size. Any size that is a
  /// multiple of 8.
  std::vector<torch::Tensor> Features(const torch::Tensor& images);

 private:
  Convolution in_{nullptr};
  Convolution down1_{nullptr};
  Convolution down2_{nullptr};
  Convolution down3_{nullptr};
  torch::nn::Sequential b0_{nullptr};
  torch::nn::Sequential b1_{nullptr};
  torch::nn::Sequential b2_{nullptr};
  torch::nn::Sequential b3_{nullptr};
  torch::nn::Linear hidden_{nullptr};
  torch::nn::Linear out_{nullptr};
};
TORCH_MODULE(LandmarkNet);

}  // namespace facedeblur
