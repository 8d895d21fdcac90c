#pragma once

#include <opencv2/core.hpp>

namespace facedeblur {

/// Largest sample value of integer pixels: 255 for CV_8U, 65535 for CV_16U.
/// Throws Error(kUsage) for other depths.
double MaxSampleValue(const cv::Mat& pixels);

/// Pixels as CV_8U with as many channels: CV_32F from 0 to 1 and CV_16U are scaled, rounded to the
/// nearest and clipped; CV_8U comes back as it is, sharing its memory.
/// Throws Error(kUsage) for other depths.
cv::Mat ToEightBits(const cv::Mat& pixels);

}  // namespace facedeblur
