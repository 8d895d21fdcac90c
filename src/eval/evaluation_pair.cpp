#include "facedeblur/eval/evaluation_pair.h"

#include <cmath>

#include "facedeblur/face/landmarks.h"

namespace facedeblur {

Similarity EvaluationPlacement(const SharpFace& face, int chip_size) {
  const std::vector<cv::Point2f>& points = face.alignment;
  const cv::Point2d across = cv::Point2d(points[1]) - cv::Point2d(points[0]);
  const cv::Point2d down(-across.y, across.x);
  const double distance = std::hypot(across.x, across.y);
  const cv::Point2d middle = 0.5 * (cv::Point2d(points[0]) + cv::Point2d(points[1])) + 0.4 * down;
  const double scale = 0.4 * chip_size / distance;
  const double angle = -std::atan2(across.y, across.x);
  Similarity chip_from_image{scale * std::cos(angle), scale * std::sin(angle), 0, 0};
  const cv::Point2d moved = chip_from_image(middle);
  chip_from_image.tx = 0.5 * (chip_size - 1) - moved.x;
  chip_from_image.ty = 0.5 * (chip_size - 1) - moved.y;
  return chip_from_image;
}

}  // namespace facedeblur
