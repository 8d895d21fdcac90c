#include "nn/vgg_features.h"

#include <torch/nn/functional/pooling.h>

#include <array>
#include <map>
#include <string>

#include "facedeblur/util/error.h"
#include "nn/file_tensor.h"

namespace facedeblur {
namespace {

constexpr std::array<std::int64_t, 4> kWidths = {64, 128, 256, 512};
constexpr std::array<std::size_t, 4> kVgg16 = {2, 2, 3, 3};
constexpr std::array<std::size_t, 4> kVgg19 = {2, 2, 4, 4};

std::string LayerName(std::size_t block, std::size_t convolution) {
  return "block" + std::to_string(block + 1) + "_conv" + std::to_string(convolution + 1);
}

torch::nn::Conv2d MakeConvolution(const KerasLayer& layer, std::int64_t in, std::int64_t out) {
  const std::vector<std::int64_t> kernel = {3, 3, in, out};
  if (layer.tensors.size() != 2 || layer.tensors[0].shape != kernel ||
      layer.tensors[1].shape != std::vector<std::int64_t>{out}) {
    throw Error(ErrorKind::kModel, "layer '" + layer.name + "' is not that of a VGG network");
  }
  torch::nn::Conv2d convolution(torch::nn::Conv2dOptions(in, out, 3).padding(1));
  const torch::NoGradGuard no_grad;
  convolution->weight.copy_(ToTorch(layer.tensors[0]).permute({3, 2, 0, 1}));
  convolution->bias.copy_(ToTorch(layer.tensors[1]));
  for (torch::Tensor& parameter : convolution->parameters()) parameter.requires_grad_(false);
  return convolution;
}

}  // namespace

VggFeatures::VggFeatures(const std::vector<KerasLayer>& layers, const torch::Device& device) {
  std::map<std::string, const KerasLayer*> by_name;
  for (const KerasLayer& layer : layers) by_name[layer.name] = &layer;
  const bool is_vgg19 = by_name.count(LayerName(2, 3)) > 0;
  const auto& counts = is_vgg19 ? kVgg19 : kVgg16;
  std::int64_t channels = 3;
  for (std::size_t b = 0; b < counts.size(); ++b) {
    blocks_.emplace_back();
    for (std::size_t c = 0; c < counts[b]; ++c) {
      const auto found = by_name.find(LayerName(b, c));
      if (found == by_name.end()) {
        throw Error(ErrorKind::kModel,
                    "no VGG network: the layer '" + LayerName(b, c) + "' is missing");
      }
      blocks_.back().push_back(MakeConvolution(*found->second, channels, kWidths[b]));
      blocks_.back().back()->to(device);
      channels = kWidths[b];
    }
  }
  // The means of ImageNet that keras.applications takes off, in the order of BGR.
  means_ = torch::tensor({103.939, 116.779, 123.68}, torch::kFloat32).view({1, 3, 1, 1}).to(device);
}

std::vector<torch::Tensor> VggFeatures::Features(const torch::Tensor& images) {
  namespace F = torch::nn::functional;
  torch::Tensor x = images * 255 - means_;
  std::vector<torch::Tensor> features;
  for (auto& block : blocks_) {
    if (!features.empty()) x = F::max_pool2d(x, F::MaxPool2dFuncOptions(2));
    for (auto& convolution : block) x = torch::relu(convolution(x));
    features.push_back(x);
  }
  return features;
}

}  // namespace facedeblur
