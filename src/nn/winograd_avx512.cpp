// For processors with AVX-512: 32 registers hold 14 tiles times two vectors of sums and the
// filters.
namespace facedeblur {
namespace {
constexpr int kWidth = 16;
constexpr int kVectors = 2;
constexpr int kTiles = 14;
}  // namespace
}  // namespace facedeblur

#include "nn/winograd_kernels.h"

namespace facedeblur {

const WinogradKernels kWinogradAvx512 = kKernels;

}  // namespace facedeblur
