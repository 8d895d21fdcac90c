#include "nn/blurred_landmark_net.h"

#include <string>

#include "facedeblur/face/landmark_network_spec.h"
#include "facedeblur/face/landmarks.h"
#include "nn/residual_block.h"

namespace facedeblur {
namespace {

/// Nx3xHxW, BGR -> Nx1xHxW, with the weights of OpenCV's conversion, in the contrast of each chip.
torch::Tensor NormalizedGrey(const torch::Tensor& chips) {
  const torch::Tensor weights =
      torch::tensor({0.114F, 0.587F, 0.299F}, chips.options()).view({1, 3, 1, 1});
  const torch::Tensor grey = (chips * weights).sum(1, /*keepdim=*/true);
  const torch::Tensor mean = grey.mean({1, 2, 3}, /*keepdim=*/true);
  const torch::Tensor deviation = (grey - mean).square().mean({1, 2, 3}, true).sqrt();
  return (grey - mean) / (deviation + kLandmarkContrast);
}

}  // namespace

BlurredLandmarkNetImpl::BlurredLandmarkNetImpl() {
  int channels = 1;
  int side = kLandmarkChip;
  for (const LandmarkStage& stage : kLandmarkStages) {
    const std::string number = std::to_string(halvings_.size());
    halvings_.push_back(register_module(
        "halve" + number,
        Convolution(channels, stage.channels, stage.kernel, 2, stage.padding, Activation::kRelu)));
    torch::nn::Sequential blocks;
    for (int i = 0; i < stage.blocks; ++i) blocks->push_back(ResidualBlock(stage.channels));
    blocks_.push_back(register_module("blocks" + number, blocks));
    channels = stage.channels;
    side /= 2;
  }
  hidden_ = register_module("hidden", torch::nn::Linear(channels * side * side, kLandmarkHidden));
  out_ = register_module("out", torch::nn::Linear(kLandmarkHidden, kLandmarkOutputs));
}

FaceReadings BlurredLandmarkNetImpl::forward(const torch::Tensor& chips) {
  torch::Tensor x = NormalizedGrey(chips);
  for (std::size_t i = 0; i < halvings_.size(); ++i) {
    x = halvings_[i](x);
    if (!blocks_[i]->is_empty()) x = torch::relu(blocks_[i]->forward(x));
  }
  const torch::Tensor hidden = torch::relu(hidden_(x.flatten(1)));
  const torch::Tensor out = out_(hidden).to(torch::kFloat32);
  constexpr std::int64_t kCoordinates = kLandmarkOutputs - 1;
  return {out.slice(1, 0, kCoordinates).reshape({out.size(0), -1, 2}), out.select(1, kCoordinates)};
}

}  // namespace facedeblur
