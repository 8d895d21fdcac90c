#pragma once

#include <filesystem>
#include <opencv2/core.hpp>

#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// Writes pixels (CV_8U or CV_16U; 1, 3 or 4 channels, BGR or BGRA) as a PNG without metadata. The
/// file is there complete or not at all, replaces one of the same name, and is for those alone whom
/// `access` names. Throws Error(kOutput) naming the file.
void WritePng(const std::filesystem::path& file, const cv::Mat& pixels,
              const FileAccess& access = {});

}  // namespace facedeblur
