#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <string>

#include "facedeblur/image/format.h"
#include "facedeblur/image/metadata.h"

namespace facedeblur {

/// What a format remembers of the file an image was decoded from, so that the image can be encoded
/// again without losing more than it must. Each format derives a type of its own and is the only
/// one that looks inside.
class SourceCoding {
 public:
  virtual ~SourceCoding() = default;

  /// True when compression had already cost the file some of its pixels' accuracy.
  virtual bool lossy() const { return false; }

  /// True when a file of this format can say what the colours of the pixels mean, with the ICC
  /// profile in the metadata or without one.
  virtual bool ColoursFit(ImageFormat format) const;
  /// What the colours are where ColoursFit() is false for some format, for messages.
  virtual std::string colours() const;

  /// True when the colours of the pixels are multiplied by alpha, which a file of this format
  /// cannot say.
  virtual bool MustDivideByAlpha(ImageFormat format) const;

  /// Called once after decoding: the pixels have been turned upright from this EXIF orientation.
  virtual void Turn(int orientation);

  /// Implements KeepSourcePixels: what to remember once `pixels` may change within `region`. Null
  /// when this can stay as it is.
  virtual std::shared_ptr<const SourceCoding> Keeping(const cv::Mat& pixels,
                                                      const cv::Rect& region) const;

 protected:
  SourceCoding() = default;
  SourceCoding(const SourceCoding&) = default;
  SourceCoding& operator=(const SourceCoding&) = default;
};

/// A decoded file with its metadata.
struct Image {
  /// Upright (EXIF orientation undone); CV_8U or CV_16U; 1 (grey), 3 (BGR) or 4 (BGRA) channels.
  cv::Mat pixels;
  Metadata metadata;
  ImageFormat format = ImageFormat::kPng;      ///< what it was decoded from
  std::shared_ptr<const SourceCoding> source;  ///< null when it was not decoded from a file
};

/// Must be called before pixels are changed in place, once per image. The pixels in `region` are
/// copied so that the encoder can tell what changed; no others may change.
void KeepSourcePixels(const cv::Rect& region, Image* image);

}  // namespace facedeblur
