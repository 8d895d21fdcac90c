#pragma once

#include <opencv2/core.hpp>
#include <string>

#include "facedeblur/image/image.h"
#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// Decodes a single-page TIFF, rows as stored (the orientation tag is not applied): CV_8U or CV_16U
/// with 1, 3 (BGR) or 4 (BGRA) channels, and reports how it was coded. Grey, RGB and RGB with alpha
/// of 8 or 16 bits keep every bit; other kinds (palette, bilevel, CMYK, Lab) come back as 8-bit
/// BGR, with a note in `*warning`. OpenCV's reader multiplies colours by alpha and hides damage, so
/// it is not used. Throws Error(kInput): damaged, several pages, or samples that are not 8 or 16
/// bit integers.
cv::Mat DecodeTiff(const Bytes& bytes, TiffTraits* traits, std::string* warning);

/// Encodes pixels as DecodeTiff gives them, compressed as the source was where that is lossless,
/// else with LZW. Throws Error(kOutput).
Bytes EncodeTiff(const cv::Mat& pixels, const TiffTraits& traits);

}  // namespace facedeblur
