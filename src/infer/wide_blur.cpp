#include "infer/wide_blur.h"

#include <utility>

#include "facedeblur/face/chip.h"
#include "nn/kernel_solver.h"

namespace facedeblur {
namespace {

constexpr double kCopies[] = {3 / 4.0, 5 / 8.0};
constexpr double kWider = 1;  // RMS radius, pixels of the chip; less is the estimates' scatter

int CopySize(int chip_size, double share) {
  constexpr int kStep = 16;  // of the network
  return static_cast<int>(chip_size * share) / kStep * kStep;
}

/// What the network sees in a copy of a chip.
struct Look {
  torch::Tensor kernel;  // 1x27x27, on the network's device
  double agreement;
  double enlargement;  // of the copy to the chip
  double radius;       // of the kernel, in pixels of the chip
};

Look MakeLook(const torch::Tensor& kernel, double agreement, double enlargement) {
  return {kernel, agreement, enlargement, enlargement * RmsRadius(kernel).item<double>()};
}

Look LookAtCopy(const FaceWienerRunner& network, const cv::Mat& chip, double share,
                const ParallelFor& parallel) {
  const int size = CopySize(chip.cols, share);
  const torch::Tensor copy = network.ToDevice(ResizeChip(chip, size));
  const FaceWienerRunner::TwoLooks first = network.EstimateTwice(copy, parallel);
  return MakeLook(network.Improve(copy, first.kernels), first.agreement.item<double>(),
                  static_cast<double>(chip.cols) / size);
}

}  // namespace

SeenKernel WidestKernel(const FaceWienerRunner& network, const cv::Mat& chip, SeenKernel seen,
                        const ParallelFor& parallel) {
  Look widest = MakeLook(seen.kernel.unsqueeze(0), seen.agreement, 1);
  for (const double share : kCopies) {
    Look look = LookAtCopy(network, chip, share, parallel);
    if (look.radius < widest.radius + kWider) break;
    widest = std::move(look);
  }
  if (widest.enlargement == 1) return seen;
  const torch::Tensor prior = EnlargeKernels(widest.kernel, widest.enlargement);
  const torch::Tensor kernel = network.Solve(network.ToDevice(chip), prior);
  return {kernel[0].cpu().contiguous(), widest.agreement};
}

}  // namespace facedeblur
