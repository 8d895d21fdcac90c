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

/// The same where ProbeImage() has given the header already, and its size was found small enough.
Image DecodeProbedImage(const Bytes& bytes, const ImageHeader& header, std::string* warning);

struct EncodeOptions {
  /// Output format; none: the one the image was decoded from.
  std::optional<ImageFormat> format;
  /// Quality of JPEG, WebP, HEIC, AVIF and JPEG XL from 1 to 100. 0: as good as the source (JPEG:
  /// the source's own quantisation tables; the others: lossless unless the source was lossy), else
  /// 95. HEIC and AVIF sources count as lossy, since only their bit streams could tell.
  int quality = 0;
};

/// Encodes with all the metadata the format can hold. 16-bit samples are rounded to 8 bits in a
/// format without them, and to 12 bits in HEIC and AVIF. What each format can hold is told in
/// src/image/formats.cpp. Throws Error(kOutput), also for alpha in a format without it.
Bytes EncodeImage(const Image& image, const EncodeOptions& options);

/// What a file of the format cannot hold of an image, for the user; empty when it holds all.
std::string LossIn(ImageFormat format, const Image& image);

}  // namespace facedeblur
