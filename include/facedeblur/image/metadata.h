#pragma once

#include <memory>
#include <opencv2/core.hpp>

#include "facedeblur/image/format.h"
#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// EXIF, XMP, IPTC, comment and ICC profile of an image, carried unchanged from input to output.
/// Copies share their content. A default-constructed value holds nothing.
class Metadata {
 public:
  /// Reads what a file holds, which must be of a format that can hold metadata (JPEG, PNG, TIFF or
  /// WebP). Throws Error(kInput) when the metadata is damaged.
  static Metadata Read(const Bytes& file);

  Metadata();

  bool empty() const;
  /// The EXIF orientation, 1 to 8; 1 when there is none or it is out of range.
  int orientation() const;

  /// A copy without the ICC profile, for pixels that were converted to another colour model.
  Metadata WithoutIcc() const;
  /// A copy with nothing but the ICC profile, for images that show the pixels and tell no more.
  Metadata OnlyIcc() const;

  /// Returns `file`, of a format that can hold metadata and with pixels of this size, with this
  /// metadata put in. What describes the pixels is brought up to date: orientation 1, the EXIF
  /// pixel size, and no embedded thumbnail, which would show the blurred image. Except in a TIFF,
  /// ProcessingSoftware names this program. Throws Error(kOutput) when the file cannot take it.
  Bytes WriteTo(Bytes file, ImageFormat format, cv::Size size) const;

 private:
  struct Content;
  std::shared_ptr<const Content> content_;
};

}  // namespace facedeblur
