#pragma once

#include <opencv2/core.hpp>

namespace facedeblur {

/// The root mean square distance of a blur kernel's mass from its centre, in pixels of the kernel;
/// 0 for none.
double KernelRadius(const cv::Mat& kernel);

/// From this radius on a face is blurred, pixels. Below it a kernel is hardly a blur, and what it
/// leaves alone should stay as it is.
inline constexpr double kBlurredRadius = 1.25;

}  // namespace facedeblur
