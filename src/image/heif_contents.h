#pragma once

#include <string>

#include "image/byte_view.h"

namespace facedeblur {

/// What libheif does not tell of a HEIF file, told by its boxes.
struct HeifContents {
  bool sequence = false;      ///< frames of an animation or a video, as tracks
  bool tone_mapped = false;   ///< a version for HDR, made by a gain map (ISO 21496-1)
  bool motion_video = false;  ///< the short video of a motion photo
  /// The finest sampling of its images: 0 grey, 1 4:2:0, 2 4:2:2, 3 4:4:4. That of the photo, since
  /// masks and maps are grey, and thumbnails are coded as their photo.
  int chroma = 0;
};

/// Checks that the file is as long as its boxes say. Throws Error(kInput).
HeifContents ReadHeifContents(const ByteView& file);

}  // namespace facedeblur
