#pragma once

#include <opencv2/core.hpp>

namespace facedeblur {

/// By which the copy of a face that its kernel is estimated in may be larger than its chip; copies
/// of small faces may be larger still.
inline constexpr double kLargestWorkingScale = 1.5;

/// The size of that copy over the chip's (BGR, 0..1, from 128 pixels on), by the kernel's RMS
/// radius in pixels of the chip, 0 where there is no blur at all. An estimate handles kernels up to
/// 27 pixels wide, so a wider one needs a smaller copy. A small one is seen better in a larger
/// copy, unless noise grows with it. What it is worth: models/EXPERIMENTS.md.
double WorkingScale(const cv::Mat& chip, double radius);

}  // namespace facedeblur
