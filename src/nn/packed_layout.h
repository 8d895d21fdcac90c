#pragma once

#include <torch/nn/modules/conv.h>

namespace facedeblur {

/// Brings the weights of every convolution below `module` into the layout that oneDNN computes in,
/// once and not in every call, at the given precision (float32 or bfloat16). For inference on the
/// CPU alone: the module cannot be trained, moved or saved afterwards.
void PackConvolutions(torch::nn::Module* module, torch::ScalarType precision);

/// A picture in the layout and precision that a convolution wants: as it is unless that is packed.
torch::Tensor ToLayoutOf(const torch::nn::Conv2d& convolution, const torch::Tensor& picture);

/// The other way: planes of float32 from a packed picture, anything else as it is.
torch::Tensor ToPlanes(const torch::Tensor& picture);

}  // namespace facedeblur
