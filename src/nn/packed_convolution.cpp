#include "nn/packed_convolution.h"

#include <ATen/Functions.h>

#include <vector>

#include "nn/onednn_convolution.h"
#include "nn/winograd.h"

namespace facedeblur {
namespace {

/// The next number of channels that every kernel can take.
std::int64_t WholeVectors(std::int64_t channels) {
  constexpr std::int64_t kWidest = 16;
  return (channels + kWidest - 1) / kWidest * kWidest;
}

/// Zeros behind the channels of images, or of filters (dimension 1).
at::Tensor WithChannels(const at::Tensor& images, std::int64_t channels) {
  const std::int64_t missing = channels - images.size(1);
  return missing == 0 ? images : at::constant_pad_nd(images, {0, 0, 0, 0, 0, missing});
}

class PackedWinograd : public PackedConvolution {
 public:
  PackedWinograd(const at::Tensor& weight, const at::Tensor& bias, bool relu)
      : outputs_(weight.size(0)),
        inputs_in_whole_(WholeVectors(weight.size(1))),
        outputs_in_whole_(WholeVectors(outputs_)),
        relu_(relu),
        convolution_(Make(weight, bias)) {}

  at::Tensor Run(const at::Tensor& images) const override {
    const at::Tensor source = Arrange(images, inputs_in_whole_);
    const at::Tensor target =
        at::empty({source.size(0), outputs_in_whole_, source.size(2), source.size(3)},
                  source.options(), at::MemoryFormat::ChannelsLast);
    Execute(source, /*add=*/false, target);
    return target.narrow(1, 0, outputs_);
  }

  at::Tensor RunOnto(const at::Tensor& sum, const at::Tensor& images) const override {
    const at::Tensor source = Arrange(images, inputs_in_whole_);
    TORCH_CHECK(sum.size(0) == source.size(0) && sum.size(1) == outputs_ &&
                    sum.size(2) == source.size(2) && sum.size(3) == source.size(3),
                "a sum of ", sum.sizes(), " does not fit the convolution");
    const at::Tensor target = Arrange(sum, outputs_in_whole_);
    Execute(source, /*add=*/true, target);
    return target.narrow(1, 0, outputs_);
  }

 private:
  std::unique_ptr<WinogradConvolution> Make(const at::Tensor& weight,
                                            const at::Tensor& bias) const {
    const at::Tensor filters =
        at::constant_pad_nd(WithChannels(weight, inputs_in_whole_),
                            {0, 0, 0, 0, 0, 0, 0, outputs_in_whole_ - outputs_});
    const at::Tensor offsets = at::constant_pad_nd(bias, {0, outputs_in_whole_ - outputs_});
    return std::make_unique<WinogradConvolution>(
        filters.contiguous().data_ptr<float>(), offsets.contiguous().data_ptr<float>(),
        static_cast<int>(weight.size(2)), static_cast<int>(inputs_in_whole_),
        static_cast<int>(outputs_in_whole_));
  }

  static at::Tensor Arrange(const at::Tensor& images, std::int64_t channels) {
    return WithChannels(images.to(at::kFloat), channels).contiguous(at::MemoryFormat::ChannelsLast);
  }

  void Execute(const at::Tensor& source, bool add, const at::Tensor& target) const {
    const WinogradImages images = {source.data_ptr<float>(), static_cast<int>(source.size(0)),
                                   static_cast<int>(source.size(2)),
                                   static_cast<int>(source.size(3)),
                                   static_cast<int>(source.size(1))};
    convolution_->Run(images, add, relu_, target.data_ptr<float>());
  }

  std::int64_t outputs_;
  std::int64_t inputs_in_whole_;
  std::int64_t outputs_in_whole_;
  bool relu_;
  std::unique_ptr<WinogradConvolution> convolution_;
};

}  // namespace

bool PackedConvolution::UsesWinograd(const at::Tensor& weight, at::ScalarType precision,
                                     const Options& options) {
  const std::int64_t outputs = weight.size(0);
  const std::int64_t inputs = weight.size(1);
  const bool nearly_whole =
      2 * WholeVectors(inputs) <= 3 * inputs && 2 * WholeVectors(outputs) <= 3 * outputs;
  return options.winograd && precision == at::kFloat && options.stride == 1 &&
         2 * options.padding + 1 == weight.size(2) && nearly_whole &&
         WinogradConvolution::Supports(static_cast<int>(weight.size(2)),
                                       static_cast<int>(WholeVectors(inputs)),
                                       static_cast<int>(WholeVectors(outputs)));
}

std::unique_ptr<PackedConvolution> PackedConvolution::Create(const at::Tensor& weight,
                                                             const at::Tensor& bias,
                                                             at::ScalarType precision,
                                                             const Options& options) {
  const at::Tensor weights = weight.detach().to(at::kFloat);
  const at::Tensor offsets = bias.detach().to(at::kFloat);
  if (UsesWinograd(weight, precision, options)) {
    return std::make_unique<PackedWinograd>(weights, offsets, options.relu);
  }
  return MakeOneDnnConvolution(weights, offsets, precision, options);
}

}  // namespace facedeblur
