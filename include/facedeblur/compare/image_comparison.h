#pragma once

#include <opencv2/core.hpp>
#include <optional>
#include <string>

namespace facedeblur {

/// How far an image may be from its reference. Without any limit the two must be equal, pixel by
/// pixel.
struct Tolerance {
  std::optional<double> min_psnr;  ///< dB
  std::optional<double> min_ssim;
  std::optional<double> max_diff;  ///< of any sample, 8-bit levels (a 16-bit level is 1/257)
  std::optional<double> max_diff_percent;  ///< of pixels that may exceed max_diff (or 0)
  bool exact = false;                      ///< the files themselves must be equal, byte by byte

  bool HasLimit() const { return min_psnr || min_ssim || max_diff || max_diff_percent; }
};

/// What two images of one size and type differ by, over all channels, alpha among them.
struct Difference {
  double psnr = 0;               ///< dB; infinite for equal images
  double ssim = 1;               ///< Wang et al. 2004; not a number where no window fits
  double max_diff = 0;           ///< 8-bit levels
  cv::Point max_at;              ///< where
  double differing_percent = 0;  ///< of pixels that differ by more than Tolerance::max_diff (or 0)
};

/// Compares pixels; with a mask (CV_8UC1) only those it selects. Throws Error(kUsage) when size or
/// type differ.
Difference MeasureDifference(const cv::Mat& output, const cv::Mat& reference, const cv::Mat& mask,
                             const Tolerance& tolerance);

/// Why a difference exceeds a tolerance ("PSNR 31.20 dB is below 40"); empty when it does not.
std::string ToleranceBreach(const Difference& difference, const Tolerance& tolerance);

/// The limits for people: "PSNR at least 40 dB, SSIM at least 0.99"; "equal, pixel by pixel".
std::string DescribeTolerance(const Tolerance& tolerance);

/// What differs in size, depth or channels ("480x600, the reference 480x601"); empty when nothing.
std::string ShapeMismatch(const cv::Mat& output, const cv::Mat& reference);

/// The absolute difference, its largest sample white: CV_8UC3.
cv::Mat DifferenceImage(const cv::Mat& output, const cv::Mat& reference);

}  // namespace facedeblur
