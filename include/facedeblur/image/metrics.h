#pragma once

#include <opencv2/core.hpp>

namespace facedeblur {

/// Peak signal-to-noise ratio in dB over all channels: 10 log10(peak^2 / mean squared error), with
/// peak 255, 65535 or 1 for 8-bit, 16-bit and floating point pictures. Infinite for equal pictures.
/// With a mask (CV_8UC1, same size) only pixels where it is not zero count.
/// Throws Error(kUsage) when the two differ in size or type, or the mask is empty.
double Psnr(const cv::Mat& image, const cv::Mat& reference, const cv::Mat& mask = {});

/// Structural similarity, mean over pixels and channels, Wang et al. 2004 (IEEE TIP 13-4): 11x11
/// Gaussian window of sigma 1.5, K1 = 0.01, K2 = 0.03, only where the window fits into the picture.
/// With a mask only windows whose middle is in it count.
/// Throws Error(kUsage) when the two differ in size or type or are smaller than the window, or the
/// mask selects no window.
double Ssim(const cv::Mat& image, const cv::Mat& reference, const cv::Mat& mask = {});

/// The largest absolute difference of any sample, and where it is.
struct LargestDifference {
  double value = 0;
  cv::Point at;
};
/// Throws Error(kUsage) when the two differ in size or type.
LargestDifference FindLargestDifference(const cv::Mat& image, const cv::Mat& reference);

}  // namespace facedeblur
