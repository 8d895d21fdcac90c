#include "facedeblur/compare/image_comparison.h"

#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "facedeblur/image/metrics.h"

namespace facedeblur {
namespace {

constexpr int kSsimWindow = 11;

/// Levels of the image's own depth in one 8-bit level.
double LevelsPerByte(const cv::Mat& pixels) { return pixels.depth() == CV_16U ? 257 : 1; }

/// Largest difference of any channel, pixel by pixel: CV_16UC1.
cv::Mat LargestOfChannels(const cv::Mat& output, const cv::Mat& reference) {
  cv::Mat difference;
  cv::absdiff(output, reference, difference);
  std::vector<cv::Mat> channels;
  cv::split(difference, channels);
  cv::Mat largest = channels[0];
  for (const cv::Mat& channel : channels) largest = cv::max(largest, channel);
  largest.convertTo(largest, CV_16U);
  return largest;
}

bool MaskHoldsWindow(const cv::Mat& mask, cv::Size size) {
  constexpr int kHalf = kSsimWindow / 2;
  if (size.width < kSsimWindow || size.height < kSsimWindow) return false;
  if (mask.empty()) return true;
  return cv::countNonZero(
             mask(cv::Rect(kHalf, kHalf, size.width - 2 * kHalf, size.height - 2 * kHalf))) > 0;
}

std::string Text(const char* format, ...) {
  char buffer[160];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(buffer, sizeof buffer, format, arguments);
  va_end(arguments);
  return buffer;
}

}  // namespace

Difference MeasureDifference(const cv::Mat& output, const cv::Mat& reference, const cv::Mat& mask,
                             const Tolerance& tolerance) {
  Difference difference;
  difference.psnr = Psnr(output, reference, mask);
  difference.ssim = MaskHoldsWindow(mask, output.size()) ? Ssim(output, reference, mask)
                                                         : std::numeric_limits<double>::quiet_NaN();
  const cv::Mat largest = LargestOfChannels(output, reference);
  double high = 0;
  cv::minMaxLoc(largest, nullptr, &high, nullptr, &difference.max_at, mask);
  const double levels = LevelsPerByte(output);
  difference.max_diff = high / levels;
  if (high == 0 && !std::isnan(difference.ssim)) difference.ssim = 1;  // but for rounding
  cv::Mat exceeding = largest > tolerance.max_diff.value_or(0) * levels;
  if (!mask.empty()) exceeding &= mask;
  const int pixels = mask.empty() ? output.rows * output.cols : cv::countNonZero(mask);
  difference.differing_percent = 100.0 * cv::countNonZero(exceeding) / pixels;
  return difference;
}

std::string ToleranceBreach(const Difference& d, const Tolerance& t) {
  if (!t.HasLimit()) {
    if (d.max_diff == 0) return "";
    return Text("differs by up to %.3g levels at %d,%d", d.max_diff, d.max_at.x, d.max_at.y);
  }
  if (t.min_psnr && d.psnr < *t.min_psnr) {
    return Text("PSNR %.2f dB is below %g", d.psnr, *t.min_psnr);
  }
  // An image too small for SSIM needs to satisfy the other limits alone.
  if (t.min_ssim && d.ssim < *t.min_ssim) {
    return Text("SSIM %.4f is below %g", d.ssim, *t.min_ssim);
  }
  if (t.max_diff_percent && d.differing_percent > *t.max_diff_percent) {
    return Text("%.3f %% of the pixels differ by more than %g levels, %g %% may",
                d.differing_percent, t.max_diff.value_or(0), *t.max_diff_percent);
  }
  if (t.max_diff && !t.max_diff_percent && d.max_diff > *t.max_diff) {
    return Text("differs by %.3g levels at %d,%d, %g may be", d.max_diff, d.max_at.x, d.max_at.y,
                *t.max_diff);
  }
  return "";
}

std::string DescribeTolerance(const Tolerance& t) {
  std::vector<std::string> limits;
  if (t.min_psnr) limits.push_back(Text("PSNR at least %g dB", *t.min_psnr));
  if (t.min_ssim) limits.push_back(Text("SSIM at least %g", *t.min_ssim));
  const double levels = t.max_diff.value_or(0);
  if (t.max_diff_percent) {
    limits.push_back(Text("at most %g %% of the pixels differ by more than %g levels",
                          *t.max_diff_percent, levels));
  } else if (t.max_diff) {
    limits.push_back(Text("no sample differs by more than %g levels", levels));
  }
  if (t.exact) limits.push_back("the same files, byte by byte");
  if (limits.empty()) return "equal, pixel by pixel";
  std::string text;
  for (const std::string& limit : limits) text += (text.empty() ? "" : ", ") + limit;
  return text;
}

std::string ShapeMismatch(const cv::Mat& output, const cv::Mat& reference) {
  if (output.size() != reference.size()) {
    return Text("%dx%d pixels, the reference %dx%d", output.cols, output.rows, reference.cols,
                reference.rows);
  }
  const auto bits = [](const cv::Mat& m) { return m.depth() == CV_16U ? 16 : 8; };
  if (output.depth() != reference.depth()) {
    return Text("%d bits, the reference %d", bits(output), bits(reference));
  }
  if (output.channels() != reference.channels()) {
    return Text("%d channels, the reference %d", output.channels(), reference.channels());
  }
  return "";
}

cv::Mat DifferenceImage(const cv::Mat& output, const cv::Mat& reference) {
  cv::Mat difference;
  cv::absdiff(output, reference, difference);
  double high = 0;
  cv::minMaxLoc(difference.reshape(1), nullptr, &high);
  cv::Mat image;
  difference.convertTo(image, CV_8U, high > 0 ? 255 / high : 1);
  if (image.channels() == 1) cv::cvtColor(image, image, cv::COLOR_GRAY2BGR);
  if (image.channels() == 4) {
    // Alpha has no colour of its own: it shows in all of them.
    std::vector<cv::Mat> channels;
    cv::split(image, channels);
    for (std::size_t c = 0; c < 3; ++c) channels[c] = cv::max(channels[c], channels[3]);
    channels.resize(3);
    cv::merge(channels, image);
  }
  return image;
}

}  // namespace facedeblur
