#pragma once

#include <opencv2/core.hpp>

namespace facedeblur {

/// A photo of 1, 3 or 4 channels and any depth as 8-bit grey.
cv::Mat GreyCopy(const cv::Mat& pixels);

/// An image at another scale, at least one pixel large.
cv::Mat Scaled(const cv::Mat& image, double scale);

}  // namespace facedeblur
