#include "finder/cover.h"

#include <opencv2/imgproc.hpp>
#include <vector>

namespace facedeblur {
namespace {

/// The square with the hair, the ears and the chin.
cv::Rect HeadOf(const cv::Rect2f& square, cv::Size image) {
  constexpr float kBeside = 0.25F;
  constexpr float kAbove = 0.4F;
  constexpr float kBelow = 0.2F;
  const float side = square.width;
  const cv::Rect2f head(square.x - kBeside * side, square.y - kAbove * side,
                        (1 + 2 * kBeside) * side, (1 + kAbove + kBelow) * side);
  return cv::Rect(head) & cv::Rect(cv::Point(), image);
}

}  // namespace

void CoverFace(const cv::Rect2f& square, cv::Mat* bgr) {
  const cv::Rect head = HeadOf(square, bgr->size());
  if (head.empty()) return;
  constexpr int kSmooth = 9;
  cv::Mat around;
  cv::blur(*bgr, around, {kSmooth, kSmooth});
  const cv::Scalar mean = cv::mean(*bgr);
  const cv::Vec3f mean_colour(static_cast<float>(mean[0]), static_cast<float>(mean[1]),
                              static_cast<float>(mean[2]));
  const cv::Rect whole(cv::Point(), bgr->size());
  for (int y = head.y; y < head.br().y; ++y) {
    for (int x = head.x; x < head.br().x; ++x) {
      // The four pixels beside the head in this row and column weigh by how near they are.
      cv::Vec3f sum = 1e-6F * mean_colour;
      float weights = 1e-6F;
      for (const cv::Point beside : {cv::Point(head.x - 1, y), cv::Point(head.br().x, y),
                                     cv::Point(x, head.y - 1), cv::Point(x, head.br().y)}) {
        if (!whole.contains(beside)) continue;
        const cv::Point way = beside - cv::Point(x, y);
        const float weight = 1.0F / static_cast<float>(std::abs(way.x) + std::abs(way.y));
        sum += weight * around.at<cv::Vec3f>(beside);
        weights += weight;
      }
      bgr->at<cv::Vec3f>(y, x) = sum / weights;
    }
  }
}

}  // namespace facedeblur
