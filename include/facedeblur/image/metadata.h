#pragma once

#include <memory>
#include <string>

#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// EXIF, XMP, IPTC, comment and ICC profile of an image, carried from input to output as they are.
/// Copies share their content. A default-constructed value holds nothing.
class Metadata {
 public:
  /// Reads what a file holds. Formats without metadata (BMP, PPM) give an empty value.
  /// Throws Error(kInput) when the metadata is damaged.
  static Metadata Read(const Bytes& file);

  Metadata();

  bool empty() const;
  /// The EXIF orientation, 1 to 8; 1 when there is none or it is out of range.
  int orientation() const;

  /// A copy that lacks the ICC profile, for pixels that were converted to another colour model.
  Metadata WithoutIcc() const;

  /// What the pixels look like once written; EXIF fields that describe them follow.
  struct Pixels {
    int width = 0;
    int height = 0;
  };
  /// Returns `file` (JPEG, PNG, TIFF or WebP) with this metadata put in, changed where the pixels
  /// changed: orientation 1, no embedded thumbnail (it would show the blurred picture), EXIF pixel
  /// size, and (but in TIFF) the program's name in ProcessingSoftware. Other formats come back as
  /// they are. Throws Error(kOutput) when the file cannot take it.
  Bytes WriteTo(Bytes file, const Pixels& pixels) const;

 private:
  struct Content;
  std::shared_ptr<const Content> content_;
};

}  // namespace facedeblur
