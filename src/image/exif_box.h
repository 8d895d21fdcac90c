#pragma once

#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// The TIFF structure in an Exif item of HEIF or an Exif box of JPEG XL. Both begin with the
/// distance to it, four bytes, and may have "Exif\0\0" before it. Empty when it is not there.
Bytes TiffOfExifBox(const Bytes& box);

/// The content of an Exif box with this TIFF structure.
Bytes ExifBoxOf(const Bytes& tiff);

}  // namespace facedeblur
