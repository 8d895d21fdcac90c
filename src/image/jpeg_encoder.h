#pragma once

#include <opencv2/core.hpp>

#include "facedeblur/util/file_io.h"
#include "image/jpeg_coding.h"

namespace facedeblur {

/// Encodes CV_8UC1 or CV_8UC3 (BGR) pixels. Chroma sampling follows the source where it is
/// reusable, and is 4:4:4 otherwise. `quality` is from 1 to 100, or 0 for the source's quantisation
/// tables (95 where it has none to offer). Throws Error(kOutput).
Bytes EncodeAllBlocks(const cv::Mat& pixels, const JpegCoding& source, int quality);

}  // namespace facedeblur
