#include "facedeblur/image/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

void RequireComparable(const cv::Mat& a, const cv::Mat& b) {
  if (a.size() != b.size() || a.type() != b.type() || a.empty()) {
    throw Error(ErrorKind::kUsage, "the two images differ in size or type");
  }
}

double Peak(const cv::Mat& image) {
  return image.depth() == CV_8U ? 255.0 : image.depth() == CV_16U ? 65535.0 : 1.0;
}

constexpr int kWindow = 11;

/// The pixels of an image around which the whole window fits.
cv::Mat Inside(const cv::Mat& image) {
  constexpr int kHalf = kWindow / 2;
  return image(cv::Rect(kHalf, kHalf, image.cols - 2 * kHalf, image.rows - 2 * kHalf));
}

/// Gaussian-weighted local mean, where the whole window lies inside.
cv::Mat LocalMean(const cv::Mat& image) {
  constexpr double kSigma = 1.5;
  cv::Mat mean;
  cv::GaussianBlur(image, mean, {kWindow, kWindow}, kSigma, kSigma);
  return Inside(mean);
}

/// Equation 13 of Wang et al. 2004 for one channel in double precision.
double ChannelSsim(const cv::Mat& x, const cv::Mat& y, double peak, const cv::Mat& mask) {
  const double c1 = 0.01 * peak * 0.01 * peak;
  const double c2 = 0.03 * peak * 0.03 * peak;
  const cv::Mat mean_x = LocalMean(x);
  const cv::Mat mean_y = LocalMean(y);
  const cv::Mat var_x = LocalMean(x.mul(x)) - mean_x.mul(mean_x);
  const cv::Mat var_y = LocalMean(y.mul(y)) - mean_y.mul(mean_y);
  const cv::Mat covariance = LocalMean(x.mul(y)) - mean_x.mul(mean_y);
  const cv::Mat numerator = (2 * mean_x.mul(mean_y) + c1).mul(2 * covariance + c2);
  const cv::Mat denominator =
      (mean_x.mul(mean_x) + mean_y.mul(mean_y) + c1).mul(var_x + var_y + c2);
  return cv::mean(numerator / denominator, mask)[0];
}

std::vector<cv::Mat> DoubleChannels(const cv::Mat& image) {
  cv::Mat converted;
  image.convertTo(converted, CV_64F);
  std::vector<cv::Mat> channels;
  cv::split(converted, channels);
  return channels;
}

/// One direction of the blur effect: neighbours along x.
double BlurAlongX(const cv::Mat& grey) {
  constexpr int kTaps = 9;
  const auto variation = [](const cv::Mat& image) {
    cv::Mat difference;
    cv::absdiff(image.colRange(1, image.cols), image.colRange(0, image.cols - 1), difference);
    return difference;
  };
  cv::Mat smooth;
  cv::blur(grey, smooth, {kTaps, 1}, {-1, -1}, cv::BORDER_REFLECT_101);
  const cv::Mat before = variation(grey);
  const cv::Mat lost = cv::max(before - variation(smooth), 0.0);
  const double total = cv::sum(before)[0];
  return total > 0 ? (total - cv::sum(lost)[0]) / total : 1;
}

}  // namespace

double Psnr(const cv::Mat& image, const cv::Mat& reference, const cv::Mat& mask) {
  RequireComparable(image, reference);
  const int pixels = mask.empty() ? image.rows * image.cols : cv::countNonZero(mask);
  if (pixels == 0) throw Error(ErrorKind::kUsage, "the mask selects no pixel");
  const double norm = cv::norm(image, reference, cv::NORM_L2SQR, mask);
  if (norm == 0) return std::numeric_limits<double>::infinity();
  const double mean_squared_error = norm / pixels / image.channels();
  return 10 * std::log10(Peak(image) * Peak(image) / mean_squared_error);
}

double Ssim(const cv::Mat& image, const cv::Mat& reference, const cv::Mat& mask) {
  RequireComparable(image, reference);
  if (image.cols < kWindow || image.rows < kWindow) {
    throw Error(ErrorKind::kUsage, "SSIM needs images of at least 11x11 pixels");
  }
  const cv::Mat inside = mask.empty() ? mask : Inside(mask);
  if (!mask.empty() && cv::countNonZero(inside) == 0) {
    throw Error(ErrorKind::kUsage, "the mask selects no window");
  }
  const auto x = DoubleChannels(image);
  const auto y = DoubleChannels(reference);
  double sum = 0;
  for (std::size_t c = 0; c < x.size(); ++c) sum += ChannelSsim(x[c], y[c], Peak(image), inside);
  return sum / static_cast<double>(x.size());
}

double BlurEffect(const cv::Mat& image, double denoise) {
  cv::Mat grey;
  image.convertTo(grey, CV_32F);
  if (grey.channels() == 3) cv::cvtColor(grey, grey, cv::COLOR_BGR2GRAY);
  if (denoise > 0) cv::GaussianBlur(grey, grey, {0, 0}, denoise);
  return std::max(BlurAlongX(grey), BlurAlongX(grey.t()));
}

LargestDifference FindLargestDifference(const cv::Mat& image, const cv::Mat& reference) {
  RequireComparable(image, reference);
  cv::Mat difference;
  cv::absdiff(image, reference, difference);
  cv::Mat flat = difference.reshape(1);  // channels side by side, so that one search sees all
  LargestDifference largest;
  cv::minMaxLoc(flat, nullptr, &largest.value, nullptr, &largest.at);
  largest.at.x /= image.channels();
  return largest;
}

}  // namespace facedeblur
