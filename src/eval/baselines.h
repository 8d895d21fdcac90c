#pragma once

#include <opencv2/core.hpp>

namespace facedeblur {

/// What a restoration is compared with. Chips are CV_32FC3, 0..1; kernels as in synth.

/// Wiener filter with the true kernel: what linear deconvolution can do for one who knows. Mirrored
/// border, noise-to-signal ratio 0.02.
cv::Mat WienerOracle(const cv::Mat& blurred, const cv::Mat& kernel);

/// Richardson-Lucy deconvolution with the true kernel (Richardson, JOSA 62-1, 1972; Lucy, Astron.
/// J. 79-6, 1974), mirrored border.
cv::Mat RichardsonLucy(const cv::Mat& blurred, const cv::Mat& kernel, int iterations);

/// The picture plus `amount` times its difference from a Gaussian blur of it: blind sharpening.
cv::Mat UnsharpMask(const cv::Mat& blurred, double sigma, double amount);

}  // namespace facedeblur
