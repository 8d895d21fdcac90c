#include "facedeblur/eval/score.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "facedeblur/image/metrics.h"

namespace facedeblur {

Score ScoreOf(const cv::Mat& image, const cv::Mat& truth, const cv::Mat& mask) {
  constexpr double kEqual = 100;
  return {std::min(kEqual, Psnr(image, truth, mask)), Ssim(image, truth, mask)};
}

Score BestShiftScore(const cv::Mat& image, const cv::Mat& truth) {
  constexpr int kReach = 3;
  constexpr int kPhases = 4;           // of a pixel
  constexpr int kBorder = kReach + 2;  // cubic interpolation reaches two pixels far
  const cv::Size size(truth.cols - 2 * kBorder, truth.rows - 2 * kBorder);
  const cv::Mat target = truth(cv::Rect({kBorder, kBorder}, size)).clone();
  double best = -1;
  cv::Mat best_image;
  const auto consider = [&](const cv::Mat& moved) {
    const double error = cv::norm(moved, target, cv::NORM_L2SQR);
    if (best >= 0 && error >= best) return;
    best = error;
    best_image = moved.clone();
  };
  // Whole steps of each fraction of a pixel are parts of one image.
  for (int phase = 0; phase < kPhases * kPhases; ++phase) {
    const int part_x = phase % kPhases;
    const int part_y = phase / kPhases;
    const cv::Matx23d shift(1, 0, -part_x / double{kPhases}, 0, 1, -part_y / double{kPhases});
    cv::Mat moved;
    cv::warpAffine(image, moved, shift, image.size(), cv::INTER_CUBIC, cv::BORDER_REPLICATE);
    for (int dy = -kReach; dy <= kReach - (part_y > 0 ? 1 : 0); ++dy) {
      for (int dx = -kReach; dx <= kReach - (part_x > 0 ? 1 : 0); ++dx) {
        consider(moved(cv::Rect({kBorder + dx, kBorder + dy}, size)));
      }
    }
  }
  return ScoreOf(best_image, target);
}

double KernelSimilarity(const cv::Mat& estimate, const cv::Mat& truth) {
  // The estimate slides over the truth on a canvas that holds every overlap.
  cv::Mat canvas;
  const int reach = estimate.rows - 1;
  cv::copyMakeBorder(truth, canvas, reach, reach, reach, reach, cv::BORDER_CONSTANT);
  cv::Mat overlap;
  cv::matchTemplate(canvas, estimate, overlap, cv::TM_CCORR);
  double largest = 0;
  cv::minMaxLoc(overlap, nullptr, &largest);
  const double norms = cv::norm(estimate) * cv::norm(truth);
  return norms > 0 ? std::clamp(largest / norms, 0.0, 1.0) : 0;
}

}  // namespace facedeblur
