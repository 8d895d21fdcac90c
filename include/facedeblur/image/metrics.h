#pragma once

#include <opencv2/core.hpp>

namespace facedeblur {

/// Peak signal-to-noise ratio in dB over all channels: 10 log10(peak^2 / mean squared error), with
/// peak 255, 65535 or 1 for 8-bit, 16-bit and floating point images. Infinite for equal images.
/// With a mask (CV_8UC1, same size), only pixels where it is not zero count.
/// Throws Error(kUsage) when the two differ in size or type, or the mask is empty.
double Psnr(const cv::Mat& image, const cv::Mat& reference, const cv::Mat& mask = {});

/// Structural similarity, mean over pixels and channels, Wang et al. 2004 (IEEE TIP 13-4): 11x11
/// Gaussian window of sigma 1.5, K1 = 0.01, K2 = 0.03, only where the window fits into the image.
/// With a mask, only windows whose centre is in it count.
/// Throws Error(kUsage) when the two differ in size or type or are smaller than the window, or the
/// mask selects no window.
double Ssim(const cv::Mat& image, const cv::Mat& reference, const cv::Mat& mask = {});

/// How blurred an image looks, from 0 (sharp) to 1: the share of the variation between neighbours
/// that survives when the image is blurred once more, taken in the worse of both directions (Crete
/// et al., "The Blur Effect", SPIE 6492, 2007; 9-tap means). A flat image gives 1. Noise would pass
/// for sharpness, so the image is first smoothed by a Gaussian of standard deviation `denoise`
/// pixels (0: not at all). Any depth, 1 or 3 channels (BGR).
double BlurEffect(const cv::Mat& image, double denoise);

/// The largest absolute difference of any sample, and where it is.
struct LargestDifference {
  double value = 0;
  cv::Point at;
};
/// Throws Error(kUsage) when the two differ in size or type.
LargestDifference FindLargestDifference(const cv::Mat& image, const cv::Mat& reference);

}  // namespace facedeblur
