#pragma once

#include <opencv2/core.hpp>

#include "facedeblur/util/file_io.h"
#include "image/jpeg_coding.h"

namespace facedeblur {

/// Encodes pixels by changing their source: its coded blocks are taken over as they are, so that
/// they decode to the same bits, except those in which a pixel changed. Those are coded anew with
/// the source's quantisation tables. Empty where that cannot be done (the pixels do not lie as in
/// the source, for instance). Throws Error(kOutput).
Bytes EncodeChangedBlocks(const cv::Mat& pixels, const JpegCoding& source);

}  // namespace facedeblur
