#pragma once

#include <opencv2/core.hpp>

#include "facedeblur/face/similarity.h"

namespace facedeblur {

/// An image turned so that faces which lie at an angle in it stand upright.
struct TurnedCopy {
  cv::Mat pixels;
  Similarity original_from_copy;  ///< for the pixels of both
};

/// Turns a CV_8UC1 image back by `turn` degrees, a multiple of 45: faces that are turned so far
/// clockwise come out upright. Corners that the image does not fill have its mean grey. For
/// multiples of 90 no pixel changes its value.
TurnedCopy TurnBack(const cv::Mat& grey, int turn);

}  // namespace facedeblur
