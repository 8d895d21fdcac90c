#pragma once

#include <opencv2/core.hpp>

namespace facedeblur {

/// Turns stored pixels upright: undoes EXIF orientation 1 to 8 (CIPA DC-008, tag 0x0112).
/// Throws Error(kUsage) for any other number.
cv::Mat ToUpright(const cv::Mat& stored, int orientation);

}  // namespace facedeblur
