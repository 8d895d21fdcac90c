#include "infer/finer_grid.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "facedeblur/face/chip.h"
#include "facedeblur/restore/kernel_radius.h"

namespace facedeblur {
namespace {

/// All three are measured: see models/EXPERIMENTS.md.
constexpr double kFinest = 1.5;
constexpr double kLargestRadius = 4.9;  // pixels of the finer grid
constexpr double kLargestSide = 576;    // more would take its time

int FinerSide(int side, double factor) {
  return static_cast<int>(side * factor / kChipSizeStep) * kChipSizeStep;
}

/// The kernel where pixels are `x` and `y` times closer. The cubic may dip below 0, which no blur
/// does.
cv::Mat ResampleKernel(const cv::Mat& kernel, double x, double y) {
  const double middle = 0.5 * (kernel.cols - 1);
  const int reach = static_cast<int>(std::ceil(middle * std::max(x, y)));
  const cv::Matx23d to_kernel(1 / x, 0, middle - reach / x, 0, 1 / y, middle - reach / y);
  cv::Mat finer;
  cv::warpAffine(kernel, finer, to_kernel, {2 * reach + 1, 2 * reach + 1},
                 cv::INTER_CUBIC | cv::WARP_INVERSE_MAP, cv::BORDER_CONSTANT);
  cv::max(finer, 0.0, finer);
  return finer / cv::sum(finer)[0];
}

}  // namespace

FinerGrid ChooseGrid(cv::Size size, const cv::Mat& kernel) {
  const double radius = KernelRadius(kernel);
  const double factor = std::min({kFinest, kLargestRadius / std::max(radius, kBlurredRadius),
                                  kLargestSide / std::max(size.width, size.height)});
  const cv::Size finer(FinerSide(size.width, factor), FinerSide(size.height, factor));
  if (radius < kBlurredRadius || finer.width <= size.width || finer.height <= size.height) {
    return {size, kernel};
  }
  return {finer, ResampleKernel(kernel, static_cast<double>(finer.width) / size.width,
                                static_cast<double>(finer.height) / size.height)};
}

}  // namespace facedeblur
