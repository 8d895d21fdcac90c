// WebP (RFC 9649), by libwebp: a RIFF container with a VP8, VP8L or VP8X chunk. OpenCV's writer
// forgets colours that are transparent, and Exiv2's writes profiles that libwebp cannot read.

#include <webp/encode.h>
#include <webp/mux.h>

#include <algorithm>
#include <memory>
#include <new>
#include <opencv2/imgproc.hpp>
#include <string>
#include <utility>

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

[[noreturn]] void ThrowCannotEncode(const std::string& why) {
  throw Error(ErrorKind::kOutput, std::string("cannot encode ") + kName + ": " + why);
}

struct Deleter {
  void operator()(WebPPicture* picture) const {
    WebPPictureFree(picture);
    delete picture;
  }
  void operator()(WebPMux* mux) const { WebPMuxDelete(mux); }
};

/// BGR or BGRA as libwebp takes it, with alpha where there is some.
std::unique_ptr<WebPPicture, Deleter> PictureOf(const cv::Mat& pixels) {
  std::unique_ptr<WebPPicture, Deleter> picture(new WebPPicture);
  if (WebPPictureInit(picture.get()) == 0) ThrowCannotEncode("another version of libwebp");
  picture->width = pixels.cols;
  picture->height = pixels.rows;
  picture->use_argb = 1;
  cv::Mat bgr = pixels;
  if (pixels.channels() == 1) cv::cvtColor(pixels, bgr, cv::COLOR_GRAY2BGR);
  const auto import = bgr.channels() == 4 ? WebPPictureImportBGRA : WebPPictureImportBGR;
  if (import(picture.get(), bgr.data, static_cast<int>(bgr.step)) == 0) throw std::bad_alloc();
  return picture;
}

/// Lossless for a quality of 0.
Bytes EncodePixels(const cv::Mat& pixels, int quality) {
  WebPConfig config;
  if (WebPConfigInit(&config) == 0) ThrowCannotEncode("another version of libwebp");
  config.lossless = quality == 0 ? 1 : 0;
  config.exact = config.lossless;  // transparent pixels keep their colours
  if (quality > 0) config.quality = static_cast<float>(quality);
  const auto picture = PictureOf(pixels);
  Bytes file;
  picture->custom_ptr = &file;
  picture->writer = [](const std::uint8_t* data, std::size_t size, const WebPPicture* from) {
    auto* bytes = static_cast<Bytes*>(from->custom_ptr);
    try {  // no exception may pass through libwebp
      bytes->insert(bytes->end(), data, data + size);
    } catch (const std::exception&) {
      return 0;
    }
    return 1;
  };
  if (WebPEncode(&config, picture.get()) == 0) {
    ThrowCannotEncode("libwebp's error " + std::to_string(picture->error_code));
  }
  return file;
}

Bytes AddMetadata(Bytes file, const RawMetadata& metadata) {
  const WebPData pixels = {file.data(), file.size()};
  const std::unique_ptr<WebPMux, Deleter> mux(WebPMuxCreate(&pixels, /*copy_data=*/0));
  const auto add = [&](const char* name, const Bytes& content) {
    if (content.empty()) return;
    const WebPData data = {content.data(), content.size()};
    if (!mux || WebPMuxSetChunk(mux.get(), name, &data, /*copy_data=*/0) != WEBP_MUX_OK) {
      ThrowCannotEncode("its metadata cannot be written");
    }
  };
  add("ICCP", metadata.icc);
  add("EXIF", metadata.exif);
  add("XMP ", metadata.xmp);
  WebPData assembled = {};
  if (!mux || WebPMuxAssemble(mux.get(), &assembled) != WEBP_MUX_OK) {
    ThrowCannotEncode("its metadata cannot be written");
  }
  const std::unique_ptr<WebPData, decltype(&WebPDataClear)> owner(&assembled, WebPDataClear);
  return {assembled.bytes, assembled.bytes + assembled.size};
}

Bytes EncodeWebp(const cv::Mat& pixels, const SourceCoding* source, int quality,
                 const RawMetadata& metadata) {
  constexpr int kLargestSide = 16383;  // 14 bits for each
  if (std::max(pixels.cols, pixels.rows) > kLargestSide) {
    throw Error(ErrorKind::kOutput, "WebP holds at most 16383 pixels on a side");
  }
  constexpr int kLossy = 95;
  const int kept = source != nullptr && source->lossy() ? kLossy : 0;
  Bytes file = EncodePixels(pixels, quality > 0 ? quality : kept);
  const bool plain = metadata.exif.empty() && metadata.xmp.empty() && metadata.icc.empty();
  return plain ? file : AddMetadata(std::move(file), metadata);
}

}  // namespace

FormatCodec WebpCodec() { return {ProbeWebp, DecodeWebp, EncodeWebp}; }

}  // namespace facedeblur
