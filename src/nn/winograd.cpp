#include "nn/winograd.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
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

std::size_t Count(int elements, int rows, int columns) {
  return static_cast<std::size_t>(elements * WinogradPlane(rows, columns));
}

thread_local AlignedFloats thread_scratch;

/// At least so many floats of the calling thread, good until its next call.
float* Scratch(std::size_t count) {
  thread_scratch.Reserve(count);
  return thread_scratch.data();
}

/// As many tiles as keep their transforms in about half of the second cache. Filters that the
/// caches do not hold come from memory for every group of tiles: they need more to do meanwhile.
int TilesAtOnce(int elements, int inputs, int outputs, int group) {
  constexpr int kHalfACache = 1 << 17;   // floats: half of a second cache of 1 MB
  constexpr int kNearFilters = 1 << 21;  // floats: 8 MB
  constexpr int kTilesForFarFilters = 96;
  const int per_tile = elements * (inputs + outputs);
  const int tiles = std::max(1, kHalfACache / (per_tile * group)) * group;
  const bool far = elements * inputs * outputs > kNearFilters;
  return far ? std::max(tiles, kTilesForFarFilters) : tiles;
}

}  // namespace

const WinogradMethod* WinogradKernels::For(int filter) const {
  const auto* const method =
      std::find_if(std::begin(methods), std::end(methods),
                   [&](const WinogradMethod& one) { return one.filter == filter; });
  return method == std::end(methods) ? nullptr : method;
}

struct WinogradConvolution::Packed {
  Packed(const float* weights, const float* offsets, int filter, int input_channels,
         int output_channels, const WinogradKernels* kernels)
      : method(kernels->For(filter)),
        tiles(TilesAtOnce(method->elements, input_channels, output_channels, kernels->tiles)),
        inputs(input_channels),
        outputs(output_channels),
        filters(Count(method->elements, inputs, outputs)),
        bias(static_cast<std::size_t>(outputs)) {
    method->pack(weights, inputs, outputs, filters.data());
    std::copy_n(offsets, outputs, bias.data());
  }

  const WinogradMethod* method;
  int tiles;
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

bool WinogradConvolution::Supports(int filter, int inputs, int outputs) {
  const WinogradKernels* const kernels = BestKernels();
  return kernels != nullptr && kernels->For(filter) != nullptr && inputs % kernels->width == 0 &&
         outputs % kernels->width == 0;
}

WinogradConvolution::WinogradConvolution(const float* weights, const float* bias, int filter,
                                         int inputs, int outputs)
    : WinogradConvolution(weights, bias, filter, inputs, outputs, BestKernels()) {}

WinogradConvolution::WinogradConvolution(const float* weights, const float* bias, int filter,
                                         int inputs, int outputs, const WinogradKernels* kernels)
    : packed_(std::make_unique<Packed>(weights, bias, filter, inputs, outputs, kernels)) {}

WinogradConvolution::~WinogradConvolution() = default;

void WinogradConvolution::Run(const WinogradImages& source, bool add, bool relu,
                              float* target) const {
  const std::size_t transformed = Count(packed_->method->elements, packed_->tiles, packed_->inputs);
  const std::size_t products = Count(packed_->method->elements, packed_->tiles, packed_->outputs);
  float* const scratch = Scratch(transformed + products);
  WinogradCall call{};
  call.source = source;
  call.outputs = packed_->outputs;
  call.filters = packed_->filters.data();
  call.bias = packed_->bias.data();
  call.target = target;
  call.add = add;
  call.relu = relu;
  call.tiles_at_once = packed_->tiles;
  call.transformed = scratch;
  call.products = scratch + transformed;
  packed_->method->convolve(call);
}

void FindWinogradSlopes(const WinogradImages& source, const WinogradImages& slopes, int filter,
                        int first, int inputs, float* target) {
  FindWinogradSlopes(source, slopes, filter, first, inputs, target, BestKernels());
}

void FindWinogradSlopes(const WinogradImages& source, const WinogradImages& slopes, int filter,
                        int first, int inputs, float* target, const WinogradKernels* kernels) {
  constexpr int kTiles = 128;  // sums stay in registers for so many
  constexpr int kInputs = 64;  // whose transforms stay in the third cache for so many tiles
  const WinogradMethod& method = *kernels->For(filter);
  const std::size_t transformed = Count(method.elements, kTiles, kInputs);
  const std::size_t of_slopes = Count(method.elements, kTiles, slopes.channels);
  const std::size_t products = Count(method.elements, inputs, slopes.channels);
  float* const scratch = Scratch(transformed + of_slopes + products);
  WinogradSlopesCall call{};
  call.source = source;
  call.slopes = slopes;
  call.first_input = first;
  call.inputs = inputs;
  call.target = target;
  call.tiles_at_once = kTiles;
  call.inputs_at_once = kInputs;
  call.transformed = scratch;
  call.transformed_slopes = scratch + transformed;
  call.products = scratch + transformed + of_slopes;
  method.find_slopes(call);
}

}  // namespace facedeblur
