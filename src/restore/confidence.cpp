#include "facedeblur/restore/confidence.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "facedeblur/face/chip.h"
#include "facedeblur/restore/finest_structure.h"
#include "facedeblur/restore/kernel_radius.h"

namespace facedeblur {
namespace {

constexpr double kNothing = 1e-9;  // energy, where there is none

double MeanSquare(const cv::Mat& image) {
  return image.dot(image) / static_cast<double>(image.total());
}

double SparsityOf(const cv::Mat& grey, const cv::Rect& inside) {
  cv::Mat x;
  cv::Mat y;
  cv::Mat length;
  cv::Sobel(grey, x, CV_32F, 1, 0);
  cv::Sobel(grey, y, CV_32F, 0, 1);
  cv::magnitude(x, y, length);
  const cv::Mat lengths = length(inside);
  const double mean = cv::mean(lengths)[0];
  return (MeanSquare(lengths) + kNothing) / (mean * mean + kNothing);
}

/// The energy of what lies outside the range of the blurred pixels within `reach`.
double OvershootOf(const cv::Mat& blurred, const cv::Mat& restored, int reach,
                   const cv::Rect& inside) {
  const cv::Mat around = cv::Mat::ones(2 * reach + 1, 2 * reach + 1, CV_8U);
  cv::Mat highest;
  cv::Mat lowest;
  cv::dilate(blurred, highest, around);
  cv::erode(blurred, lowest, around);
  const cv::Mat above = cv::max(restored - highest, 0.0);
  const cv::Mat below = cv::max(lowest - restored, 0.0);
  return MeanSquare(above(inside).clone()) + MeanSquare(below(inside).clone());
}

cv::Mat GreyAtScale(const cv::Mat& chip, int size) {
  cv::Mat grey;
  cv::cvtColor(chip, grey, cv::COLOR_BGR2GRAY);
  if (grey.cols == size) return grey;
  return ResizeChip(grey, size);
}

}  // namespace

RestorationEvidence Weigh(const cv::Mat& blurred, const cv::Mat& restored,
                          const BlurEstimate& blur) {
  constexpr double kCoarse = 4;    // pixels: what is smoother is no detail
  constexpr double kFloor = 0.01;  // of the finest structure: 8 bits have it anyway
  const int size = cvRound(blurred.cols * blur.scale);
  const cv::Mat before = GreyAtScale(blurred, size);
  // As it would be if all of the change had been made.
  const cv::Mat after = before + (GreyAtScale(restored, size) - before) / blur.weight;
  const int border = std::min(blur.kernel.rows / 2 + 1, size / 4);
  const cv::Rect inside(border, border, size - 2 * border, size - 2 * border);
  cv::Mat again;
  cv::filter2D(after, again, CV_32F, blur.kernel, {-1, -1}, 0, cv::BORDER_REFLECT_101);
  cv::Mat smooth;
  cv::GaussianBlur(before, smooth, {}, kCoarse);
  const auto energy = [&](const cv::Mat& a, const cv::Mat& b) {
    return MeanSquare(cv::Mat(a - b)(inside).clone());
  };
  const double detail = energy(before, smooth) + kNothing;
  const double change = energy(after, before);
  const int reach = static_cast<int>(std::ceil(2 * KernelRadius(blur.kernel)));
  RestorationEvidence evidence;
  evidence.disagreement = std::clamp(1 - blur.agreement, 0.0, 1.0);
  evidence.unexplained = energy(before, again) / detail;
  evidence.change = change / detail;
  evidence.noise_gain =
      (FinestStructure(after, inside) + kFloor) / (FinestStructure(before, inside) + kFloor);
  evidence.overshoot = OvershootOf(before, after, reach, inside) / (change + kNothing);
  evidence.sparsity = SparsityOf(after, inside);
  return evidence;
}

double Confidence(const RestorationEvidence& evidence) {
  struct Term {
    double value;
    double weight;
  };
  const std::array<Term, 6> terms = {{
      {std::log(evidence.disagreement + 2e-3), -0.728},
      {std::log(evidence.unexplained + 1e-4), -1.107},
      {std::log(evidence.change + 1e-3), 0.776},
      {std::log(evidence.noise_gain), -3.299},
      {std::log(evidence.overshoot + 1e-3), -0.485},
      {evidence.sparsity, 0.486},
  }};
  double sum = -6.511;
  for (const Term& term : terms) sum += term.weight * term.value;
  return 1 / (1 + std::exp(-sum));
}

double BelievedShare(double confidence) {
  constexpr double kNone = 0.4;
  constexpr double kAll = 0.7;
  const double t = std::clamp((confidence - kNone) / (kAll - kNone), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

cv::Mat KeepBelieved(const cv::Mat& blurred, const cv::Mat& restored, double confidence) {
  const double share = BelievedShare(confidence);
  if (share == 1) return restored;
  return blurred + share * (restored - blurred);
}

}  // namespace facedeblur
