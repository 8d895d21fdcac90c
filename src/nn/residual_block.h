#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/container/sequential.h>

#include "nn/convolution.h"

namespace facedeblur {

/// Two 3x3 convolutions around a ReLU, added to their input; packed, they overwrite it.
class ResidualBlockImpl : public torch::nn::Module {
 public:
  explicit ResidualBlockImpl(std::int64_t channels);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  Convolution a_;
  Convolution b_;
};
TORCH_MODULE(ResidualBlock);

torch::nn::Sequential TwoResidualBlocks(std::int64_t channels);

}  // namespace facedeblur
