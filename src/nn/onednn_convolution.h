#pragma once

#include "nn/packed_convolution.h"

namespace facedeblur {

/// Whether the program was built with oneDNN.
bool HasOneDnn();

/// By oneDNN itself: what LibTorch prepares anew in every call is made once, when a picture's size
/// is first met, and the weights lie in the blocks that oneDNN computes in. Null where the program
/// was built without. See PackedConvolution::Create.
std::unique_ptr<PackedConvolution> MakeOneDnnConvolution(const at::Tensor& weight,
                                                         const at::Tensor& bias,
                                                         at::ScalarType precision,
                                                         const PackedConvolution::Options& options);

}  // namespace facedeblur
