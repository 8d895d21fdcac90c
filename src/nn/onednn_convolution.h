#pragma once

#include "nn/packed_convolution.h"

namespace facedeblur {

/// Whether the program was built with oneDNN.
bool HasOneDnn();

/// A convolution by oneDNN itself: what LibTorch prepares anew in every call is prepared once for
/// each size of image, and the weights lie in the blocks that oneDNN computes with. Null in a
/// program built without oneDNN. See PackedConvolution::Create.
std::unique_ptr<PackedConvolution> MakeOneDnnConvolution(const at::Tensor& weight,
                                                         const at::Tensor& bias,
                                                         at::ScalarType precision,
                                                         const PackedConvolution::Options& options);

}  // namespace facedeblur
