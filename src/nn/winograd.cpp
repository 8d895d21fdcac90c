#include "nn/winograd.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace facedeblur {
namespace {

constexpr std::size_t kAlignment = 64;  // a vector never crosses a cache line

/// The fastest, or null.
const WinogradKernels* BestKernels() {
  static const WinogradKernels* const best = [] {
    const auto runnable = RunnableWinogradKernels();
    return runnable.empty() ? nullptr : runnable.front();
  }();
  return best;
}

/// Floats that start at the beginning of a cache line.
class AlignedFloats {
 public:
  AlignedFloats() = default;
  explicit AlignedFloats(std::size_t count) { Reserve(count); }
  ~AlignedFloats() { std::free(data_); }
  AlignedFloats(const AlignedFloats&) = delete;
  AlignedFloats& operator=(const AlignedFloats&) = delete;

  float* data() const { return data_; }

  /// At least so many; what was in them is lost when more are needed.
  void Reserve(std::size_t count) {
    if (count <= count_) return;
    std::free(data_);
    count_ = 0;
    const std::size_t bytes = (count * sizeof(float) + kAlignment - 1) / kAlignment * kAlignment;
    data_ = static_cast<float*>(std::aligned_alloc(kAlignment, bytes));
    if (data_ == nullptr) throw std::bad_alloc();
    count_ = count;
  }

 private:
  float* data_ = nullptr;
  std::size_t count_ = 0;
};

}  // namespace

struct WinogradConvolution::Packed {
  Packed(const float* weights, const float* offsets, int input_channels, int output_channels,
         const WinogradKernels* kernels_to_use)
      : kernels(kernels_to_use),
        inputs(input_channels),
        outputs(output_channels),
        filters(std::size_t{WinogradTile::kElements} * static_cast<std::size_t>(inputs) *
                static_cast<std::size_t>(outputs)),
        bias(static_cast<std::size_t>(outputs)) {
    kernels->pack(weights, inputs, outputs, filters.data());
    std::copy_n(offsets, outputs, bias.data());
  }

  const WinogradKernels* kernels;
  int inputs;
  int outputs;
  AlignedFloats filters;
  AlignedFloats bias;
};

std::vector<const WinogradKernels*> RunnableWinogradKernels() {
  std::vector<const WinogradKernels*> runnable;
#if defined(FACEDEBLUR_WINOGRAD)
  if (__builtin_cpu_supports("avx512f") != 0) runnable.push_back(&kWinogradAvx512);
  if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0) {
    runnable.push_back(&kWinogradAvx2);
  }
#endif
  return runnable;
}

bool WinogradConvolution::Supports(int inputs, int outputs) {
  const WinogradKernels* const kernels = BestKernels();
  return kernels != nullptr && inputs % kernels->width == 0 && outputs % kernels->width == 0;
}

WinogradConvolution::WinogradConvolution(const float* weights, const float* bias, int inputs,
                                         int outputs)
    : WinogradConvolution(weights, bias, inputs, outputs, BestKernels()) {}

WinogradConvolution::WinogradConvolution(const float* weights, const float* bias, int inputs,
                                         int outputs, const WinogradKernels* kernels)
    : packed_(std::make_unique<Packed>(weights, bias, inputs, outputs, kernels)) {}

WinogradConvolution::~WinogradConvolution() = default;

void WinogradConvolution::Run(const float* source, int images, int height, int width, bool add,
                              bool relu, float* target) const {
  constexpr int kHalfACache = 1 << 17;  // floats: half of a second cache of 1 MB
  const int elements = WinogradTile::kElements;
  const int per_tile = elements * (packed_->inputs + packed_->outputs);
  const int group = packed_->kernels->tiles;
  const int tiles = std::max(1, kHalfACache / (per_tile * group)) * group;
  thread_local AlignedFloats scratch;
  scratch.Reserve(static_cast<std::size_t>(tiles) * static_cast<std::size_t>(per_tile));
  WinogradCall call{};
  call.images = images;
  call.height = height;
  call.width = width;
  call.inputs = packed_->inputs;
  call.outputs = packed_->outputs;
  call.source = source;
  call.filters = packed_->filters.data();
  call.bias = packed_->bias.data();
  call.target = target;
  call.add = add;
  call.relu = relu;
  call.tiles_at_once = tiles;
  call.transformed = scratch.data();
  call.products = scratch.data() + static_cast<std::ptrdiff_t>(tiles) * elements * packed_->inputs;
  packed_->kernels->convolve(call);
}

}  // namespace facedeblur
