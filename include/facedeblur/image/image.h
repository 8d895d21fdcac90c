#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <opencv2/core.hpp>
#include <vector>

#include "facedeblur/image/format.h"
#include "facedeblur/image/metadata.h"

namespace facedeblur {

/// How a JPEG was coded, so that its successor can be coded no worse.
struct JpegTraits {
  struct Component {
    int horizontal_sampling = 1;
    int vertical_sampling = 1;
    int table = 0;  ///< index into `tables`
  };
  /// True for grey and YCbCr files: their tables and sampling fit pixels encoded by us.
  bool reusable = false;
  bool progressive = false;
  std::vector<Component> components;
  std::vector<std::array<std::uint16_t, 64>> tables;  ///< quantisation tables, natural order
  /// The file itself and its decoded pixels, shared: blocks that do not change are copied from it.
  /// Without pixels where they no longer lie as in the file (it was turned upright).
  std::shared_ptr<const Bytes> source;
  cv::Mat source_pixels;
  cv::Point source_origin;  ///< of source_pixels in the picture: around them nothing has changed
  int density_unit = 0;     ///< JFIF: 0 none, 1 dots/inch, 2 dots/cm
  int density_x = 1;
  int density_y = 1;
};

/// How a TIFF was coded, likewise.
struct TiffTraits {
  std::uint16_t compression = 5;      ///< libtiff's number; 5 is LZW
  std::uint16_t resolution_unit = 2;  ///< 1 none, 2 inch, 3 centimetre
  float x_resolution = 0;             ///< pixels per unit; 0: unknown
  float y_resolution = 0;
  bool profile_fits = true;          ///< an ICC profile still describes the pixels after decoding
  bool premultiplied_alpha = false;  ///< colours are multiplied by alpha ("associated")
};

/// A picture with everything that must travel along with its pixels.
struct Image {
  /// Upright (EXIF orientation undone); CV_8U or CV_16U; 1 (grey), 3 (BGR) or 4 (BGRA) channels.
  cv::Mat pixels;
  Metadata metadata;
  ImageFormat format = ImageFormat::kPng;  ///< what it was decoded from
  JpegTraits jpeg;                         ///< of a JPEG
  TiffTraits tiff;                         ///< of a TIFF
  Bytes png_chunks;                        ///< of a PNG: chunks to carry over
  bool webp_lossless = false;              ///< of a WebP
};

/// To be called before pixels are changed in place: keeps a copy of those in `region`, for the
/// encoder to tell what changed. No others may change.
void KeepSourcePixels(const cv::Rect& region, Image* image);

/// Largest sample value of an image's depth: 255 or 65535. Throws Error(kUsage) for other depths.
double MaxSampleValue(const cv::Mat& pixels);

}  // namespace facedeblur
