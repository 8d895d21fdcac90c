#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <opencv2/core.hpp>
#include <vector>

#include "facedeblur/image/image.h"
#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// How a JPEG was coded, so that its successor can be coded no worse.
struct JpegCoding : SourceCoding {
  struct Component {
    int horizontal_sampling = 1;
    int vertical_sampling = 1;
    int table = 0;  ///< index into `tables`
  };

  /// True for grey and YCbCr files: their tables and sampling suit pixels that we encode.
  bool reusable = false;
  bool progressive = false;
  std::vector<Component> components;
  std::vector<std::array<std::uint16_t, 64>> tables;  ///< quantisation tables, natural order
  int density_unit = 0;                               ///< JFIF: 0 none, 1 dots/inch, 2 dots/cm
  int density_x = 1;
  int density_y = 1;

  /// The file itself and its decoded pixels. Blocks that do not change are copied from the file.
  /// Once the image has been turned there are no pixels, as they no longer lie as in the file.
  std::shared_ptr<const Bytes> file;
  cv::Mat pixels;
  /// Where `pixels` lie in the image. Around them nothing has changed.
  cv::Point origin;

  bool lossy() const override { return true; }
  void Turn(int orientation) override;
  std::shared_ptr<const SourceCoding> Keeping(const cv::Mat& image_pixels,
                                              const cv::Rect& region) const override;
};

}  // namespace facedeblur
