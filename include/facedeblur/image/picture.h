#pragma once

#include <filesystem>
#include <opencv2/core.hpp>

namespace facedeblur {

/// Samples from 0 to 1, CV_32F -> CV_8U of as many channels, rounded and clipped.
cv::Mat ToEightBits(const cv::Mat& samples);

/// Writes a picture without metadata, CV_8U or CV_16U, 1, 3 or 4 channels (BGRA), as PNG,
/// complete or not at all; a file of this name is replaced. Throws Error(kOutput) naming the file.
void WritePng(const std::filesystem::path& file, const cv::Mat& picture);

}  // namespace facedeblur
