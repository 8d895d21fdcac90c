#include "nn/residual_block.h"

namespace facedeblur {

ResidualBlockImpl::ResidualBlockImpl(std::int64_t channels)
    : a_(register_module("a", Convolution(channels, channels, 3, 1, 1, Activation::kRelu))),
      b_(register_module("b", Convolution(channels, channels, 3, 1, 1))) {}

torch::Tensor ResidualBlockImpl::forward(const torch::Tensor& x) { return b_->Onto(x, a_(x)); }

torch::nn::Sequential TwoResidualBlocks(std::int64_t channels) {
  return torch::nn::Sequential(ResidualBlock(channels), ResidualBlock(channels));
}

}  // namespace facedeblur
