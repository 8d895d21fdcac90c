#pragma once

#include <opencv2/core.hpp>
#include <vector>

namespace facedeblur {

/// The 68 points of the iBUG 300-W scheme (Sagonas et al. 2013), image pixels, in its order:
/// jaw 0-16, brows 17-26, nose 27-35, eyes 36-47, mouth 48-67. Left means left in the picture.
using Landmarks = std::vector<cv::Point2f>;
inline constexpr std::size_t kLandmarkCount = 68;

struct DetectedFace {
  cv::Rect2f box;  ///< the detector's square, image pixels; may reach over the picture's edge
  double score = 0;
  Landmarks landmarks;
};

/// The five points that alignment uses, in this order: left eye's centre, right eye's centre, nose
/// tip, left and right mouth corner. Throws Error(kUsage) unless given 68 landmarks.
std::vector<cv::Point2f> AlignmentPoints(const Landmarks& landmarks);

}  // namespace facedeblur
