// WebP (RFC 9649): a RIFF container with a VP8, VP8L or VP8X chunk. OpenCV calls libwebp.

#include <algorithm>
#include <memory>
#include <opencv2/imgcodecs.hpp>

#include "facedeblur/util/error.h"
#include "image/formats.h"
#include "image/opencv_codec.h"

namespace facedeblur {
namespace {

constexpr const char* kName = "WebP";

struct WebpCoding : SourceCoding {
  explicit WebpCoding(bool loses) : is_lossy(loses) {}
  bool lossy() const override { return is_lossy; }

  bool is_lossy;
};

ImageSize ProbeWebp(const ByteView& file) {
  file.Require(8, file.Little(4, 4));
  ImageSize size;
  if (file.Is(12, "VP8X")) {
    constexpr std::uint8_t kAnimation = 0x02;
    if ((file.U8(20) & kAnimation) != 0) {
      throw Error(ErrorKind::kInput, "an animated WebP, which is not supported");
    }
    size.width = file.Little(24, 3) + 1;
    size.height = file.Little(27, 3) + 1;
  } else if (file.Is(12, "VP8L")) {
    const std::uint32_t bits = file.Little(21, 4);
    size.width = (bits & 0x3FFF) + 1;
    size.height = (bits >> 14 & 0x3FFF) + 1;
  } else if (file.Is(12, "VP8 ")) {
    size.width = file.Little(26, 2) & 0x3FFF;
    size.height = file.Little(28, 2) & 0x3FFF;
  } else {
    file.ThrowDamaged();
  }
  return size;
}

/// The name of the chunk with the pixels says so: VP8L is the lossless bit stream.
bool IsLossy(const ByteView& file) {
  constexpr std::size_t kFirstChunk = 12;
  std::size_t at = kFirstChunk;
  while (at + 8 <= file.size()) {
    if (file.Is(at, "VP8L")) return false;
    const std::size_t size = file.Little(at + 4, 4);
    at += 8 + size + size % 2;
  }
  return true;
}

DecodedImage DecodeWebp(const Bytes& file) {
  DecodedImage image;
  image.pixels = DecodeWithOpenCv(file, kName);
  image.source = std::make_shared<WebpCoding>(IsLossy(ByteView(file, kName)));
  return image;
}

Bytes EncodeWebp(const cv::Mat& pixels, const SourceCoding* source, int quality,
                 const RawMetadata& /*metadata*/) {
  constexpr int kLargestSide = 16383;  // 14 bits for each
  if (std::max(pixels.cols, pixels.rows) > kLargestSide) {
    throw Error(ErrorKind::kOutput, "WebP holds at most 16383 pixels on a side");
  }
  constexpr int kLossless = 101;  // to OpenCV, any quality above 100 means lossless
  constexpr int kLossy = 95;
  const int kept = source != nullptr && source->lossy() ? kLossy : kLossless;
  return EncodeWithOpenCv(pixels, ".webp", kName,
                          {cv::IMWRITE_WEBP_QUALITY, quality > 0 ? quality : kept});
}

}  // namespace

FormatCodec WebpCodec() { return {ProbeWebp, DecodeWebp, EncodeWebp}; }

}  // namespace facedeblur
