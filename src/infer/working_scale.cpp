#include "infer/working_scale.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "facedeblur/restore/finest_structure.h"
#include "facedeblur/restore/kernel_radius.h"

namespace facedeblur {
namespace {

/// Kernels with an RMS radius up to this fit the 27x27 estimate. Measured on portraits blurred by
/// 15 to 57 pixels: larger working copies gain up to here and lose beyond.
constexpr double kLargestRadius = 4.9;
constexpr double kRadiusSeenBest = 3.5;
constexpr double kLargestCopy = 416;  // pixels: more would take its time

/// Measured on 168 faces with all kinds of degradation: enlarged copies lose from about here on.
bool IsNoisy(const cv::Mat& chip) {
  constexpr double kNoise = 0.006;
  cv::Mat grey;
  cv::cvtColor(chip, grey, cv::COLOR_BGR2GRAY);
  return NoiseOf(FinestStructure(grey, {0, 0, chip.cols, chip.rows})) > kNoise;
}

}  // namespace

double WorkingScale(const cv::Mat& chip, double radius) {
  if (radius > kLargestRadius) return kLargestRadius / radius;
  if (radius < kBlurredRadius) return 1;
  const double scale =
      std::min({kLargestWorkingScale, kLargestCopy / chip.cols, kRadiusSeenBest / radius});
  return scale > 1 && !IsNoisy(chip) ? scale : 1;
}

}  // namespace facedeblur
