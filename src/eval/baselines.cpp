#include "eval/baselines.h"

#include <opencv2/imgproc.hpp>
#include <vector>

namespace facedeblur {
namespace {

/// conj(H) Y / (|H|^2 + ratio) on two-channel complex spectra.
cv::Mat WienerDivide(const cv::Mat& image, const cv::Mat& transfer, double ratio) {
  std::vector<cv::Mat> parts;
  cv::split(transfer, parts);
  const cv::Mat power = parts[0].mul(parts[0]) + parts[1].mul(parts[1]) + ratio;
  cv::Mat product;
  cv::mulSpectrums(image, transfer, product, 0, /*conjB=*/true);
  cv::split(product, parts);
  parts[0] /= power;
  parts[1] /= power;
  cv::Mat quotient;
  cv::merge(parts, quotient);
  return quotient;
}

}  // namespace

cv::Mat WienerOracle(const cv::Mat& blurred, const cv::Mat& kernel) {
  constexpr double kRatio = 0.02;
  const int border = kernel.rows + 1;
  cv::Mat padded;
  cv::copyMakeBorder(blurred, padded, border, border, border, border, cv::BORDER_REFLECT_101);
  // Correlation is convolution with the flipped kernel; its centre goes to the origin.
  cv::Mat origin = cv::Mat::zeros(padded.size(), CV_32F);
  const int half = kernel.rows / 2;
  for (int y = 0; y < kernel.rows; ++y) {
    for (int x = 0; x < kernel.cols; ++x) {
      const int row = (half - y + origin.rows) % origin.rows;
      const int column = (half - x + origin.cols) % origin.cols;
      origin.at<float>(row, column) = kernel.at<float>(y, x);
    }
  }
  cv::Mat transfer;
  cv::dft(origin, transfer, cv::DFT_COMPLEX_OUTPUT);
  std::vector<cv::Mat> channels;
  cv::split(padded, channels);
  for (cv::Mat& channel : channels) {
    cv::Mat spectrum;
    cv::dft(channel, spectrum, cv::DFT_COMPLEX_OUTPUT);
    cv::dft(WienerDivide(spectrum, transfer, kRatio), channel,
            cv::DFT_INVERSE | cv::DFT_SCALE | cv::DFT_REAL_OUTPUT);
  }
  cv::Mat restored;
  cv::merge(channels, restored);
  const cv::Mat inside = restored(cv::Rect(border, border, blurred.cols, blurred.rows));
  return cv::min(cv::max(inside, 0.0), 1.0);
}

cv::Mat RichardsonLucy(const cv::Mat& blurred, const cv::Mat& kernel, int iterations) {
  const auto correlate = [](const cv::Mat& image, const cv::Mat& k) {
    cv::Mat result;
    cv::filter2D(image, result, CV_32F, k, {-1, -1}, 0, cv::BORDER_REFLECT_101);
    return result;
  };
  cv::Mat flipped;
  cv::flip(kernel, flipped, -1);
  const cv::Scalar dark = cv::Scalar::all(1e-3);  // keeps noise in black from growing without bound
  cv::Mat estimate = blurred.clone();
  for (int i = 0; i < iterations; ++i) {
    const cv::Mat ratio = (blurred + dark) / (correlate(estimate, kernel) + dark);
    estimate = estimate.mul(correlate(ratio, flipped));
  }
  return cv::min(cv::max(estimate, 0.0), 1.0);
}

cv::Mat UnsharpMask(const cv::Mat& blurred, double sigma, double amount) {
  cv::Mat smooth;
  cv::GaussianBlur(blurred, smooth, {0, 0}, sigma);
  return cv::min(cv::max(blurred + amount * (blurred - smooth), 0.0), 1.0);
}

}  // namespace facedeblur
