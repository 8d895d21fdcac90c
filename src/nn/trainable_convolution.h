#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace facedeblur {

/// torch::conv2d with steps of `stride` and `padding` zeros around the images, through which
/// gradients go back. In float32 on a CPU it is computed by Winograd's kernels, and so are both
/// gradients, where these support the filters and channels; otherwise by LibTorch.
at::Tensor TrainableConvolution(const at::Tensor& images, const at::Tensor& weight,
                                const at::Tensor& bias, std::int64_t stride, std::int64_t padding);

}  // namespace facedeblur
