#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "facedeblur/image/image.h"
#include "facedeblur/image/probe.h"
#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// Guards against files that are small on disk and huge in memory.
struct DecodeLimits {
  std::int64_t max_pixels = 300'000'000;
};

/// Throws Error(kInput) for an image that is larger than the limits allow. DecodeImage() does so
/// too.
void RequireWithin(const DecodeLimits& limits, const ImageHeader& header);

/// Decodes an image file held in memory, in any format of ImageFormat, told by its content. Depth,
/// grey and alpha are kept; pixels come back upright. `*warning` says what could not be kept
/// (damaged metadata, for instance) and is left alone when all was.
/// Throws Error(kInput): not an image, truncated, damaged, too large, or a sample type we do not
/// handle (floating point, more than 16 bits).
Image DecodeImage(const Bytes& bytes, const DecodeLimits& limits, std::string* warning);

struct EncodeOptions {
  /// Output format; none: the one the image was decoded from.
  std::optional<ImageFormat> format;
  /// JPEG and WebP quality from 1 to 100. 0: as good as the source (JPEG: the source's own
  /// quantisation tables; WebP: lossless unless the source was lossy), else 95.
  int quality = 0;
};

/// Encodes with all the metadata the format can hold. 16-bit samples are rounded to 8 bits in a
/// format without them. What each format can hold is told in src/image/formats.cpp.
/// Throws Error(kOutput), also for alpha in a format without it.
Bytes EncodeImage(const Image& image, const EncodeOptions& options);

}  // namespace facedeblur
