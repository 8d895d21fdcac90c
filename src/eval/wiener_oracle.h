#pragma once

#include <opencv2/core.hpp>

namespace facedeblur {

/// Wiener deconvolution of a CV_32FC3 picture with its true kernel (the picture is the sharp one
/// correlated with it) and a fixed noise-to-signal ratio of 0.02, mirrored borders: what knowing
/// the kernel is worth without learning. Clamped to 0..1.
cv::Mat WienerOracle(const cv::Mat& blurred, const cv::Mat& kernel);

}  // namespace facedeblur
