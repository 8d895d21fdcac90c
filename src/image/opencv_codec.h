#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// Decodes a file of a format that OpenCV reads; `format` is its name, for messages. CV_8U or
/// CV_16U, grey, BGR or BGRA, as stored. Throws Error(kInput).
cv::Mat DecodeWithOpenCv(const Bytes& file, const char* format);

/// Encodes to the format of `extension` with OpenCV's `parameters`. Throws Error(kOutput).
Bytes EncodeWithOpenCv(const cv::Mat& pixels, const std::string& extension, const char* format,
                       const std::vector<int>& parameters);

}  // namespace facedeblur
