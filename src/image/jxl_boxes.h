#pragma once

#include "facedeblur/image/metadata.h"
#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// What a JPEG XL file holds beside its pixels. A file without boxes holds nothing of it.
struct JxlBoxes {
  RawMetadata metadata;    ///< without the ICC profile, which is in the code stream
  bool from_jpeg = false;  ///< a JPEG that was packed without loss
  bool gain_map = false;
  bool damaged = false;  ///< some of it could not be read
};

/// Never throws for damage: see `damaged`.
JxlBoxes ReadJxlBoxes(const Bytes& file);

}  // namespace facedeblur
