// For builds without oneDNN: nothing is packed, and LibTorch's own convolutions serve.
#include "nn/packed_convolution.h"

namespace facedeblur {

struct PackedConvolution::Variant {};
struct PackedConvolution::Weights {};

bool PackedConvolution::Available() { return false; }

std::unique_ptr<PackedConvolution> PackedConvolution::Create(const at::Tensor& /*weight*/,
                                                             const at::Tensor& /*bias*/,
                                                             at::ScalarType /*precision*/,
                                                             const Options& /*options*/) {
  return nullptr;
}

PackedConvolution::~PackedConvolution() = default;
at::Tensor PackedConvolution::Run(const at::Tensor& pictures) const { return pictures; }
at::Tensor PackedConvolution::RunOnto(const at::Tensor& sum, const at::Tensor& /*pictures*/) const {
  return sum;
}

}  // namespace facedeblur
