#pragma once

#include <cstdint>
#include <optional>

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

/// Decodes JPEG, PNG, TIFF, WebP, BMP or PPM/PGM held in memory, by content, whatever its name was.
/// Depth, grey and alpha are kept; pixels come back upright. Damaged metadata is dropped with a
/// note in `*warning` (untouched otherwise).
/// Throws Error(kInput): not an image, truncated, damaged, too large, or a sample type we do not
/// handle (floating point, more than 16 bits).
Image DecodeImage(const Bytes& bytes, const DecodeLimits& limits, std::string* warning);

struct EncodeOptions {
  /// Output format; none: the one the image was decoded from.
  std::optional<ImageFormat> format;
  /// JPEG and WebP quality 1..100; 0: as good as the source (JPEG: the source's own quantisation
  /// tables; WebP: lossless for a lossless source), else 95.
  int quality = 0;
};

/// Encodes with all the metadata the format can hold. A 16-bit image loses its low bits in JPEG,
/// WebP and BMP, which have none.
/// Throws Error(kOutput), also for alpha in a format without it (JPEG, PPM).
Bytes EncodeImage(const Image& image, const EncodeOptions& options);

}  // namespace facedeblur
