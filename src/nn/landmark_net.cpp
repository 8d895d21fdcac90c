#include "nn/landmark_net.h"

#include <torch/nn/functional/pixelshuffle.h>

#include "nn/residual_block.h"

namespace facedeblur {
namespace {

namespace F = torch::nn::functional;

Convolution Halving(std::int64_t in, std::int64_t out) { return Convolution(in, out, 2, 2, 0); }

}  // namespace

LandmarkNetImpl::LandmarkNetImpl() {
  in_ = register_module("in", Convolution(12, 32, 3, 1, 1));
  b0_ = register_module("b0", torch::nn::Sequential(ResidualBlock(32)));
  down1_ = register_module("down1", Halving(32, 64));
  b1_ = register_module("b1", torch::nn::Sequential(ResidualBlock(64)));
  down2_ = register_module("down2", Halving(64, 96));
  b2_ = register_module("b2", torch::nn::Sequential(ResidualBlock(96), ResidualBlock(96)));
  down3_ = register_module("down3", Halving(96, 128));
  b3_ = register_module("b3", torch::nn::Sequential(ResidualBlock(128), ResidualBlock(128)));
  hidden_ = register_module("hidden", torch::nn::Linear(128 * 8 * 8, 256));
  out_ = register_module("out", torch::nn::Linear(256, 68 * 2));
}

std::vector<torch::Tensor> LandmarkNetImpl::Features(const torch::Tensor& images) {
  const torch::Tensor half =
      b0_->forward(in_(F::pixel_unshuffle(images - 0.5, F::PixelUnshuffleFuncOptions(2))));
  const torch::Tensor quarter = b1_->forward(down1_(torch::relu(half)));
  const torch::Tensor eighth = b2_->forward(down2_(torch::relu(quarter)));
  return {torch::relu(half), torch::relu(quarter), torch::relu(eighth)};
}

torch::Tensor LandmarkNetImpl::forward(const torch::Tensor& chips) {
  const torch::Tensor coarse = torch::relu(b3_->forward(down3_(Features(chips).back())));
  return out_(torch::relu(hidden_(coarse.flatten(1)))).to(torch::kFloat32).view({-1, 68, 2});
}

}  // namespace facedeblur
