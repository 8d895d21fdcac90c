#include "nn/packed_convolution.h"

#include <ATen/Functions.h>

#include <vector>

#include "nn/onednn_convolution.h"
#include "nn/winograd.h"

namespace facedeblur {
namespace {

at::Tensor Arrange(const at::Tensor& pictures) {
  return pictures.to(at::kFloat).contiguous(at::MemoryFormat::ChannelsLast);
}

class PackedWinograd : public PackedConvolution {
 public:
  PackedWinograd(const at::Tensor& weight, const at::Tensor& bias, bool relu)
      : outputs_(weight.size(0)),
        relu_(relu),
        convolution_(weight.contiguous().data_ptr<float>(), bias.contiguous().data_ptr<float>(),
                     static_cast<int>(weight.size(1)), static_cast<int>(outputs_)) {}

  at::Tensor Run(const at::Tensor& pictures) const override {
    const at::Tensor source = Arrange(pictures);
    at::Tensor target = at::empty(TargetSize(source), source.options(),
                                  at::MemoryFormat::ChannelsLast);
    Execute(source, /*add=*/false, target);
    return target;
  }

  at::Tensor RunOnto(const at::Tensor& sum, const at::Tensor& pictures) const override {
    const at::Tensor source = Arrange(pictures);
    at::Tensor target = Arrange(sum);
    TORCH_CHECK(target.sizes() == at::IntArrayRef(TargetSize(source)), "a sum of ",
                target.sizes(), " does not fit the convolution");
    Execute(source, /*add=*/true, target);
    return target;
  }

 private:
  std::vector<std::int64_t> TargetSize(const at::Tensor& source) const {
    return {source.size(0), outputs_, source.size(2), source.size(3)};
  }

  void Execute(const at::Tensor& source, bool add, const at::Tensor& target) const {
    convolution_.Run(source.data_ptr<float>(), static_cast<int>(source.size(0)),
                     static_cast<int>(source.size(2)), static_cast<int>(source.size(3)), add,
                     relu_, target.data_ptr<float>());
  }

  std::int64_t outputs_;
  bool relu_;
  WinogradConvolution convolution_;
};

bool IsWinograds(const at::Tensor& weight, at::ScalarType precision,
                 const PackedConvolution::Options& options) {
  return options.winograd && precision == at::kFloat && weight.size(2) == 3 &&
         options.stride == 1 && options.padding == 1 &&
         WinogradConvolution::Supports(static_cast<int>(weight.size(1)),
                                       static_cast<int>(weight.size(0)));
}

}  // namespace

std::unique_ptr<PackedConvolution> PackedConvolution::Create(const at::Tensor& weight,
                                                             const at::Tensor& bias,
                                                             at::ScalarType precision,
                                                             const Options& options) {
  const at::Tensor weights = weight.detach().to(at::kFloat);
  const at::Tensor offsets = bias.detach().to(at::kFloat);
  if (IsWinograds(weight, precision, options)) {
    return std::make_unique<PackedWinograd>(weights, offsets, options.relu);
  }
  return MakeOneDnnConvolution(weights, offsets, precision, options);
}

}  // namespace facedeblur
