#pragma once

#include <tiffio.h>

#include <cstddef>
#include <memory>
#include <string>

#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// A TIFF in memory, and the first error libtiff reported about it.
struct TiffFile {
  Bytes bytes;
  std::size_t position = 0;
  bool writable = false;
  std::string error;
};

struct TiffCloser {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using TiffPtr = std::unique_ptr<TIFF, TiffCloser>;

/// Opens a file, which must outlive the result, by libtiff's `mode`. Null when libtiff refuses.
TiffPtr OpenTiff(TiffFile* file, const char* mode);

/// The value of a tag with a single number, or the one that stands for a missing tag.
template <typename Value>
Value TiffField(TIFF* tiff, ttag_t tag, Value fallback) {
  Value value = fallback;
  return TIFFGetFieldDefaulted(tiff, tag, &value) == 1 ? value : fallback;
}

}  // namespace facedeblur
