#pragma once

#include <opencv2/core.hpp>

namespace facedeblur {

/// How far two squares agree: their intersection over their union, 0 to 1.
inline float Overlap(const cv::Rect2f& a, const cv::Rect2f& b) {
  const float intersection = (a & b).area();
  return intersection / (a.area() + b.area() - intersection);
}

}  // namespace facedeblur
