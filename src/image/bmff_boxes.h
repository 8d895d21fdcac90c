#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "image/byte_view.h"

namespace facedeblur {

/// A box of the ISO base media file format (ISO/IEC 14496-12), of which HEIF and JPEG XL files are
/// made.
struct BmffBox {
  std::string type;       ///< four characters
  std::size_t begin = 0;  ///< of its content in the file
  std::size_t end = 0;
};

/// The boxes that fill a file. Throws Error(kInput), "truncated ... file", when the last one
/// reaches beyond it, and "damaged ... header" when one is too small.
std::vector<BmffBox> BoxesOf(const ByteView& file);

/// The boxes that fill the content of another one, after the first `skipped` bytes of it. Throws
/// likewise.
std::vector<BmffBox> BoxesIn(const ByteView& file, const BmffBox& parent, std::size_t skipped);

}  // namespace facedeblur
