#include "nn/packed_layout.h"

#include <ATen/ops/mkldnn_reorder_conv2d_weight.h>

#include <memory>

namespace facedeblur {
namespace {

void Pack(torch::nn::Conv2dImpl* convolution, torch::ScalarType precision) {
  const auto& options = convolution->options;
  const auto& padding = c10::get<torch::ExpandingArray<2>>(options.padding());
  torch::Tensor weight = convolution->weight.to(precision).to_mkldnn();
  weight = at::mkldnn_reorder_conv2d_weight(weight, *padding, *options.stride(),
                                            *options.dilation(), options.groups());
  const torch::Tensor bias = convolution->bias.to(precision).to_mkldnn();
  convolution->weight.set_data(torch::empty({0}));  // still registered, no longer needed
  convolution->bias.set_data(torch::empty({0}));
  convolution->weight = weight;
  convolution->bias = bias;
}

}  // namespace

void PackConvolutions(torch::nn::Module* module, torch::ScalarType precision) {
  for (const auto& part : module->modules(/*include_self=*/false)) {
    if (auto* convolution = part->as<torch::nn::Conv2dImpl>()) Pack(convolution, precision);
  }
}

torch::Tensor ToLayoutOf(const torch::nn::Conv2d& convolution, const torch::Tensor& picture) {
  const torch::Tensor& weight = convolution->weight;
  if (!weight.is_mkldnn()) return picture;
  return picture.to(weight.scalar_type()).contiguous().to_mkldnn();
}

torch::Tensor ToPlanes(const torch::Tensor& picture) {
  return picture.is_mkldnn() ? picture.to_dense(torch::kFloat32) : picture;
}

}  // namespace facedeblur
