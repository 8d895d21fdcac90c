#pragma once

#include <opencv2/core.hpp>

namespace facedeblur {

/// The root mean square distance of a blur kernel's mass from its centre, in pixels of the kernel;
/// 0 for none.
double KernelRadius(const cv::Mat& kernel);

}  // namespace facedeblur
