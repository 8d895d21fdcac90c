#include "nn/packed_convolution.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace facedeblur {
namespace {

// Sizes whose weights are kept. A photo's faces often share one or two, and packing again takes
// a fraction of what the convolution then saves.
constexpr std::size_t kSizesKept = 2;

struct Operators {
  c10::OperatorHandle pack;
  c10::OperatorHandle run;
};

/// Those with which TorchScript freezes a network for the CPU; called boxed, since LibTorch's
/// headers declare neither them nor the type that goes from one to the other.
const std::optional<Operators>& OneDnnOperators() {
  static const std::optional<Operators> operators = []() -> std::optional<Operators> {
    auto& dispatcher = c10::Dispatcher::singleton();
    const auto pack = dispatcher.findSchema({"mkldnn_prepacked::conv2d_prepack", ""});
    const auto run = dispatcher.findSchema({"mkldnn_prepacked::conv2d_run", ""});
    // Another LibTorch may want other arguments.
    if (!pack || pack->schema().arguments().size() != 8) return std::nullopt;
    if (!run || run->schema().arguments().size() != 2) return std::nullopt;
    return Operators{*pack, *run};
  }();
  return operators;
}

at::IValue Call(const c10::OperatorHandle& op, std::vector<at::IValue> stack) {
  op.callBoxed(&stack);
  return std::move(stack.back());
}

}  // namespace

std::unique_ptr<PackedConvolution> PackedConvolution::Create(const at::Tensor& weight,
                                                             const at::Tensor& bias,
                                                             at::ScalarType precision,
                                                             const Options& options) {
  if (!OneDnnOperators()) return nullptr;
  return std::unique_ptr<PackedConvolution>(new PackedConvolution(
      weight.detach().to(precision).contiguous(at::MemoryFormat::ChannelsLast),
      bias.detach().to(precision), options));
}

at::IValue PackedConvolution::WeightsFor(const std::vector<std::int64_t>& size) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(packed_.begin(), packed_.end(),
                                  [&](const Packed& packed) { return packed.size == size; });
  if (found != packed_.end()) return found->weights;
  TORCH_INTERNAL_ASSERT(weight_.defined(), "packed for one size, given another");
  const std::vector<std::int64_t> stride(2, options_.stride);
  const std::vector<std::int64_t> padding(2, options_.padding);
  const std::vector<std::int64_t> dilation(2, 1);
  constexpr std::int64_t kGroups = 1;
  at::IValue weights = Call(
      OneDnnOperators()->pack,
      {weight_, bias_, stride, padding, dilation, kGroups, size, options_.relu ? "relu" : "none"});
  if (packed_.size() == kSizesKept) packed_.erase(packed_.begin());
  packed_.push_back({size, weights});
  if (options_.one_size) weight_.reset();
  return weights;
}

at::Tensor PackedConvolution::Run(const at::Tensor& pictures) const {
  const at::Tensor channels_last =
      pictures.to(bias_.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
  return Call(OneDnnOperators()->run, {channels_last, WeightsFor(channels_last.sizes().vec())})
      .toTensor();
}

}  // namespace facedeblur
