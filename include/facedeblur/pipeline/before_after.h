#pragma once

#include <opencv2/core.hpp>

namespace facedeblur {

/// One image with `before` on the left and `after` on the right, each under a bar with its name:
/// CV_8UC3, each half at most 1600 pixels wide. Both have the same size and type.
cv::Mat BeforeAfterImage(const cv::Mat& before, const cv::Mat& after);

}  // namespace facedeblur
