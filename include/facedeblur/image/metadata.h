#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <string>

#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// Metadata as it stands in a file, each part empty when there is none.
struct RawMetadata {
  Bytes exif;  ///< a TIFF structure, from its byte order mark on
  Bytes xmp;   ///< an XMP packet
  Bytes icc;
};

/// EXIF, XMP, IPTC, comment and ICC profile of an image, carried unchanged from input to output.
/// Copies share their content. A default-constructed value holds nothing.
class Metadata {
 public:
  /// Reads what a file holds, which must be JPEG, PNG, TIFF or WebP. Throws Error(kInput) when the
  /// metadata is damaged.
  static Metadata Read(const Bytes& file);

  /// Takes what the codec of another format has found. Its decoder has turned the pixels as the
  /// file says in its own way, so EXIF's orientation is ignored: orientation() is 1.
  /// Throws Error(kInput) when the metadata is damaged.
  static Metadata FromRaw(const RawMetadata& raw);

  Metadata();

  bool empty() const;
  /// The EXIF orientation, 1 to 8; 1 when there is none or it is out of range.
  int orientation() const;

  /// The ICC profile; empty when there is none.
  const Bytes& icc() const;

  /// A copy without the ICC profile, for pixels that were converted to another colour model.
  Metadata WithoutIcc() const;
  /// A copy with nothing but the ICC profile, for images that show the pixels and tell no more.
  Metadata OnlyIcc() const;

  /// A copy that tells of a step of editing: a further entry in XMP's xmpMM:History, with action
  /// "edited", this program with its version, and `parameters`, without a time, so that the same
  /// input gives the same bytes. EXIF's Software names this program where nothing else is named
  /// there. Earlier entries are kept.
  Metadata WithHistory(const std::string& parameters) const;

  /// Returns `file`, which is JPEG, PNG or TIFF with pixels of this size, with this metadata put
  /// in. What describes the pixels is brought up to date: orientation 1, the EXIF pixel size, and
  /// no embedded thumbnail or other picture, which would show the blurred image. What WithHistory()
  /// added is left out where the file cannot take it beside the rest: a JPEG has room for 64 kB of
  /// XMP. Throws Error(kOutput) when the file cannot take the rest either.
  Bytes WriteTo(Bytes file, cv::Size size) const;

  /// EXIF, XMP and the ICC profile brought up to date likewise, for the codec of another format.
  /// Throws Error(kOutput).
  RawMetadata ToRaw(cv::Size size) const;

 private:
  struct Content;

  /// WriteTo() of this content as it is.
  static Bytes Write(const Content& content, Bytes file, cv::Size size);

  std::shared_ptr<const Content> content_;
};

}  // namespace facedeblur
