#pragma once

#include <algorithm>
#include <opencv2/core.hpp>

#include "facedeblur/face/landmarks.h"

namespace facedeblur {

/// Mean distance of landmarks from the true ones, as a part of the distance of the eyes' outer
/// corners.
inline double LandmarkDistance(const Landmarks& truth, const Landmarks& landmarks) {
  constexpr std::size_t kOuterCorners[] = {36, 45};
  const double eyes = cv::norm(truth[kOuterCorners[1]] - truth[kOuterCorners[0]]);
  double sum = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) sum += cv::norm(landmarks[i] - truth[i]);
  return sum / static_cast<double>(truth.size()) / std::max(eyes, 1.0);
}

}  // namespace facedeblur
