#pragma once

#include <opencv2/core.hpp>

#include "facedeblur/image/image.h"
#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// Decodes a JPEG to CV_8UC1 or CV_8UC3 (BGR), rows as stored (EXIF orientation is not applied),
/// and reports how it was coded. Other than OpenCV's reader it refuses files whose scan data ends
/// early or is damaged instead of filling the rest with grey. Four-component files (CMYK) come back
/// as BGR with `traits->reusable` false. Throws Error(kInput).
cv::Mat DecodeJpeg(const Bytes& bytes, JpegTraits* traits);

/// How EncodeJpeg codes the pixels.
struct JpegEncoding {
  /// 1..100, or 0 for the quantisation tables of `traits` (95 where it has none to offer).
  int quality = 0;
  JpegTraits traits;
};

/// Encodes CV_8UC1 or CV_8UC3 (BGR) pixels. Chroma sampling follows the source where its traits are
/// reusable, and is 4:4:4 otherwise. With quality 0 and the source at hand, blocks in which no
/// pixel changed are taken over from the source as they are coded, so that they decode to the same
/// bits. Throws Error(kOutput).
Bytes EncodeJpeg(const cv::Mat& pixels, const JpegEncoding& encoding);

}  // namespace facedeblur
