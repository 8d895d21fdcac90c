// Windows BMP. OpenCV reads and writes it.

#include "facedeblur/util/error.h"
#include "image/formats.h"
#include "image/opencv_codec.h"

namespace facedeblur {
namespace {

constexpr const char* kName = "BMP";

ImageSize ProbeBmp(const ByteView& file) {
  const std::uint32_t header_size = file.Little(14, 4);
  const std::size_t data = file.Little(10, 4);
  if (header_size == 12 || header_size == 64) {  // OpenCV reads these, but as grey
    throw Error(ErrorKind::kInput, "an OS/2 BMP file, which is not supported");
  }
  ImageSize size;
  size.width = static_cast<std::int32_t>(file.Little(18, 4));
  size.height = static_cast<std::int32_t>(file.Little(22, 4));
  if (size.height < 0) size.height = -size.height;  // rows stored top down
  const std::uint32_t bits = file.Little(28, 2);
  const std::uint32_t compression = file.Little(30, 4);
  constexpr std::int64_t kLargestSide = 1 << 30;
  constexpr std::uint32_t kMostBits = 32;
  if (size.width <= 0 || size.width > kLargestSide || size.height > kLargestSide ||
      bits > kMostBits) {
    file.ThrowDamaged();
  }
  constexpr std::uint32_t kPlain = 0;
  constexpr std::uint32_t kBitFields = 3;
  if (compression == kPlain || compression == kBitFields) {
    const std::int64_t row = (size.width * bits + 31) / 32 * 4;
    file.Require(data, static_cast<std::size_t>(row * size.height));
  }
  return size;
}

DecodedImage DecodeBmp(const Bytes& file) {
  DecodedImage image;
  image.pixels = DecodeWithOpenCv(file, kName);
  return image;
}

Bytes EncodeBmp(const cv::Mat& pixels, const SourceCoding* /*source*/, int /*quality*/,
                const RawMetadata& /*metadata*/) {
  return EncodeWithOpenCv(pixels, ".bmp", kName, {});
}

}  // namespace

FormatCodec BmpCodec() { return {ProbeBmp, DecodeBmp, EncodeBmp}; }

}  // namespace facedeblur
