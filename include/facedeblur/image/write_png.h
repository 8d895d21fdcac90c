#pragma once

#include <filesystem>
#include <opencv2/core.hpp>

namespace facedeblur {

/// Writes pixels (CV_8U or CV_16U; 1, 3 or 4 channels, BGR or BGRA) as a PNG without metadata. The
/// file is there complete or not at all, replaces one of the same name, and has no more permissions
/// than these, except for its owner. Throws Error(kOutput) naming the file.
void WritePng(const std::filesystem::path& file, const cv::Mat& pixels,
              std::filesystem::perms permissions = std::filesystem::perms::all);

}  // namespace facedeblur
