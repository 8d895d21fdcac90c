#pragma once

#include <opencv2/core.hpp>

namespace facedeblur {

/// What a restoration is compared with. Chips are CV_32FC3, 0..1; kernels as in
/// dataset/blur_kernel.h.

/// Wiener filter: what linear deconvolution achieves when the kernel is known. Mirrored border,
/// noise-to-signal ratio 0.02.
cv::Mat WienerOracle(const cv::Mat& blurred, const cv::Mat& kernel);

/// Richardson-Lucy deconvolution with the true kernel (Richardson, JOSA 62-1, 1972; Lucy, Astron.
/// J. 79-6, 1974), mirrored border.
cv::Mat RichardsonLucy(const cv::Mat& blurred, const cv::Mat& kernel, int iterations);

/// The image plus `amount` times its difference from a Gaussian blur of it: blind sharpening.
cv::Mat UnsharpMask(const cv::Mat& blurred, double sigma, double amount);

}  // namespace facedeblur
