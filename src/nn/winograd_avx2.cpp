// For processors with AVX2: 16 registers hold six tiles times two vectors of sums and the filters.
namespace facedeblur {
namespace {
constexpr int kWidth = 8;
constexpr int kVectors = 2;
constexpr int kTiles = 6;
}  // namespace
}  // namespace facedeblur

#include "nn/winograd_kernels.h"

namespace facedeblur {

const WinogradKernels kWinogradAvx2 = kKernels;

}  // namespace facedeblur
