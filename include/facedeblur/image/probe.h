#pragma once

#include <cstdint>

#include "facedeblur/image/format.h"
#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// What a file's header promises, read without decoding a pixel.
struct ImageHeader {
  ImageFormat format = ImageFormat::kPng;
  /// Each from 1 to 2^31 - 1 when ProbeImage gave them, so that their product fits 64 bits.
  std::int64_t width = 0;
  std::int64_t height = 0;

  std::int64_t pixels() const { return width * height; }
};

/// Reads the header of an image file held in memory. Checks that the file reaches as far as its
/// structure says (chunks, strips and size fields), so that a file cut short is found out before
/// anything is allocated. Scan data inside a JPEG is left to its decoder.
/// Throws Error(kInput): empty, unknown format, damaged header, or truncated.
ImageHeader ProbeImage(const Bytes& bytes);

}  // namespace facedeblur
