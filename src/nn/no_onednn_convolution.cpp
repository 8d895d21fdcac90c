// For builds without oneDNN: LibTorch's own convolutions serve.
#include "nn/onednn_convolution.h"

namespace facedeblur {

bool HasOneDnn() { return false; }

std::unique_ptr<PackedConvolution> MakeOneDnnConvolution(
    const at::Tensor& /*weight*/, const at::Tensor& /*bias*/, at::ScalarType /*precision*/,
    const PackedConvolution::Options& /*options*/) {
  return nullptr;
}

}  // namespace facedeblur
