#include "facedeblur/image/codec.h"

#include <algorithm>
#include <memory>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <utility>
#include <vector>

#include "facedeblur/image/orientation.h"
#include "facedeblur/image/probe.h"
#include "facedeblur/util/error.h"
#include "image/jpeg_codec.h"
#include "image/png_chunks.h"
#include "image/tiff_codec.h"

namespace facedeblur {
namespace {

/// The WebP container says so in its chunk names (RFC 9649): VP8L is the lossless bit stream.
bool HoldsLosslessWebp(const Bytes& bytes) {
  std::size_t at = 12;
  while (at + 8 <= bytes.size()) {
    const std::string type(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                           bytes.begin() + static_cast<std::ptrdiff_t>(at + 4));
    if (type == "VP8L") return true;
    if (type == "VP8 ") return false;
    std::size_t size = 0;
    for (std::size_t i = 4; i-- > 0;) size = size << 8 | bytes[at + 4 + i];
    at += 8 + size + size % 2;
  }
  return false;
}

cv::Mat DecodeWithOpenCv(const Bytes& bytes, ImageFormat format) {
  cv::Mat pixels;
  try {
    pixels = cv::imdecode(bytes, cv::IMREAD_UNCHANGED);
  } catch (const cv::Exception& error) {
    throw Error(ErrorKind::kInput, DescribeException(error));
  }
  if (pixels.empty()) {
    throw Error(ErrorKind::kInput, std::string("damaged or truncated ") + FormatName(format));
  }
  if (pixels.depth() != CV_8U && pixels.depth() != CV_16U) {
    throw Error(ErrorKind::kInput, std::string(FormatName(format)) +
                                       " with samples that are not 8 or 16 bit integers");
  }
  const int channels = pixels.channels();
  if (channels != 1 && channels != 3 && channels != 4) {
    throw Error(ErrorKind::kInput, std::string(FormatName(format)) + " with " +
                                       std::to_string(channels) + " channels");
  }
  return pixels;
}

Metadata ReadMetadataLeniently(const Bytes& bytes, std::string* warning) {
  try {
    return Metadata::Read(bytes);
  } catch (const Error& error) {
    *warning = std::string(error.what()) + "; written without metadata";
    return {};
  }
}

cv::Mat To8Bit(const cv::Mat& pixels) {
  if (pixels.depth() == CV_8U) return pixels;
  cv::Mat converted;
  pixels.convertTo(converted, CV_8U, 255.0 / 65535.0);
  return converted;
}

Bytes EncodeWithOpenCv(const cv::Mat& pixels, ImageFormat format,
                       const std::vector<int>& parameters) {
  Bytes bytes;
  const std::string extension =
      format == ImageFormat::kPnm && pixels.channels() == 1 ? ".pgm" : FormatExtension(format);
  bool encoded = false;
  try {
    encoded = cv::imencode(extension, pixels, bytes, parameters);
  } catch (const cv::Exception& error) {
    throw Error(ErrorKind::kOutput, DescribeException(error));
  }
  if (!encoded || bytes.empty()) {
    throw Error(ErrorKind::kOutput, std::string("cannot encode ") + FormatName(format));
  }
  return bytes;
}

void RefuseAlpha(const cv::Mat& pixels, ImageFormat format) {
  if (pixels.channels() != 4) return;
  throw Error(ErrorKind::kOutput, std::string("the image has transparency, which ") +
                                      FormatName(format) + " cannot hold; use PNG, TIFF or WebP");
}

Bytes EncodePixels(const Image& image, ImageFormat format, int quality) {
  constexpr int kWebpLossless = 101;  // OpenCV: a quality above 100 means lossless
  constexpr int kDefaultQuality = 95;
  const cv::Mat& pixels = image.pixels;
  switch (format) {
    case ImageFormat::kJpeg:
      RefuseAlpha(pixels, format);
      return EncodeJpeg(To8Bit(pixels), {quality, image.jpeg});
    case ImageFormat::kWebp: {
      constexpr int kLargestWebp = 16383;  // RFC 9649: 14 bits for each side
      if (std::max(pixels.cols, pixels.rows) > kLargestWebp) {
        throw Error(ErrorKind::kOutput, "WebP holds at most 16383 pixels on a side");
      }
      const int kept = image.format == ImageFormat::kWebp && !image.webp_lossless
                           ? kDefaultQuality
                           : (image.format == ImageFormat::kJpeg ? kDefaultQuality : kWebpLossless);
      return EncodeWithOpenCv(To8Bit(pixels), format,
                              {cv::IMWRITE_WEBP_QUALITY, quality > 0 ? quality : kept});
    }
    case ImageFormat::kPng:
      return InsertPngChunks(EncodeWithOpenCv(pixels, format, {}), image.png_chunks);
    case ImageFormat::kTiff:
      return EncodeTiff(pixels, image.tiff);
    case ImageFormat::kBmp:
      return EncodeWithOpenCv(To8Bit(pixels), format, {});
    case ImageFormat::kPnm:
      RefuseAlpha(pixels, format);
      return EncodeWithOpenCv(pixels, format, {});
  }
  throw Error(ErrorKind::kUsage, "unknown image format");
}

}  // namespace

void KeepSourcePixels(const cv::Rect& region, Image* image) {
  cv::Mat& source = image->jpeg.source_pixels;
  if (source.empty()) return;
  CV_Assert(source.size() == image->pixels.size());  // not twice
  cv::Rect kept = region & cv::Rect(cv::Point(0, 0), image->pixels.size());
  if (kept.empty()) kept = {0, 0, 1, 1};  // nothing changes, and that can be told from one pixel
  source = image->pixels(kept).clone();
  image->jpeg.source_origin = kept.tl();
}

double MaxSampleValue(const cv::Mat& pixels) {
  if (pixels.depth() == CV_8U) return 255.0;
  if (pixels.depth() == CV_16U) return 65535.0;
  throw Error(ErrorKind::kUsage, "pixels must be 8 or 16 bit integers");
}

namespace {

/// Rows become columns: so do the frequencies of the tables, and the sides of sampling.
void TransposeTraits(JpegTraits* traits) {
  for (auto& component : traits->components) {
    std::swap(component.horizontal_sampling, component.vertical_sampling);
  }
  for (auto& table : traits->tables) {
    const auto stored = table;
    for (std::size_t i = 0; i < 64; ++i) table[i] = stored[i % 8 * 8 + i / 8];
  }
  std::swap(traits->density_x, traits->density_y);
}

void DecodePixels(const Bytes& bytes, Image* image, std::string* warning) {
  switch (image->format) {
    case ImageFormat::kJpeg:
      image->pixels = DecodeJpeg(bytes, &image->jpeg);
      image->jpeg.source = std::make_shared<Bytes>(bytes);
      if (image->metadata.orientation() == 1) image->jpeg.source_pixels = image->pixels;
      if (image->metadata.orientation() >= 5) TransposeTraits(&image->jpeg);
      if (image->jpeg.components.size() == 4) {  // the profile does not describe what we hold now
        image->metadata = image->metadata.WithoutIcc();
        *warning = "its CMYK colours are converted to RGB";
      }
      return;
    case ImageFormat::kTiff:
      image->pixels = DecodeTiff(bytes, &image->tiff, warning);
      if (!image->tiff.profile_fits) image->metadata = image->metadata.WithoutIcc();
      return;
    case ImageFormat::kPng:
      image->png_chunks = CollectPngChunks(bytes);
      image->pixels = DecodeWithOpenCv(bytes, image->format);
      if (HasColorKey(bytes) && image->pixels.channels() != 4) {
        *warning = "its transparent colour becomes opaque";
      }
      return;
    case ImageFormat::kWebp:
      image->webp_lossless = HoldsLosslessWebp(bytes);
      [[fallthrough]];
    case ImageFormat::kBmp:
    case ImageFormat::kPnm:
      image->pixels = DecodeWithOpenCv(bytes, image->format);
      return;
  }
}

}  // namespace

void RequireWithin(const DecodeLimits& limits, const ImageHeader& header) {
  if (header.pixels() <= limits.max_pixels) return;
  throw Error(ErrorKind::kInput, "too large: " + std::to_string(header.width) + "x" +
                                     std::to_string(header.height) + " exceeds " +
                                     std::to_string(limits.max_pixels) + " pixels (--max-pixels)");
}

Image DecodeImage(const Bytes& bytes, const DecodeLimits& limits, std::string* warning) {
  const ImageHeader header = ProbeImage(bytes);
  RequireWithin(limits, header);
  Image image;
  image.format = header.format;
  image.metadata = ReadMetadataLeniently(bytes, warning);
  DecodePixels(bytes, &image, warning);
  image.pixels = ToUpright(image.pixels, image.metadata.orientation());
  return image;
}

Bytes EncodeImage(const Image& image, const EncodeOptions& options) {
  const ImageFormat format = options.format.value_or(image.format);
  Bytes bytes = EncodePixels(image, format, options.quality);
  return image.metadata.WriteTo(std::move(bytes), {image.pixels.cols, image.pixels.rows});
}

}  // namespace facedeblur
