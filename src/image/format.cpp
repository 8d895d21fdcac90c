#include "facedeblur/image/format.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <string_view>
#include <utility>

namespace facedeblur {
namespace {

constexpr std::pair<std::string_view, ImageFormat> kExtensions[] = {
    {".jpg", ImageFormat::kJpeg},  {".jpeg", ImageFormat::kJpeg}, {".jpe", ImageFormat::kJpeg},
    {".jfif", ImageFormat::kJpeg}, {".png", ImageFormat::kPng},   {".tif", ImageFormat::kTiff},
    {".tiff", ImageFormat::kTiff}, {".webp", ImageFormat::kWebp}, {".bmp", ImageFormat::kBmp},
    {".dib", ImageFormat::kBmp},   {".ppm", ImageFormat::kPnm},   {".pgm", ImageFormat::kPnm},
    {".pnm", ImageFormat::kPnm},
};

bool HasBytes(const Bytes& bytes, std::size_t offset, std::string_view expected) {
  return bytes.size() >= offset + expected.size() &&
         std::memcmp(bytes.data() + offset, expected.data(), expected.size()) == 0;
}

}  // namespace

const char* FormatName(ImageFormat format) {
  switch (format) {
    case ImageFormat::kJpeg:
      return "JPEG";
    case ImageFormat::kPng:
      return "PNG";
    case ImageFormat::kTiff:
      return "TIFF";
    case ImageFormat::kWebp:
      return "WebP";
    case ImageFormat::kBmp:
      return "BMP";
    case ImageFormat::kPnm:
      return "PPM";
  }
  return "?";
}

const char* FormatExtension(ImageFormat format) {
  switch (format) {
    case ImageFormat::kJpeg:
      return ".jpg";
    case ImageFormat::kPng:
      return ".png";
    case ImageFormat::kTiff:
      return ".tiff";
    case ImageFormat::kWebp:
      return ".webp";
    case ImageFormat::kBmp:
      return ".bmp";
    case ImageFormat::kPnm:
      return ".ppm";
  }
  return "";
}

std::optional<ImageFormat> FormatFromExtension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const auto& [known, format] : kExtensions) {
    if (extension == known) return format;
  }
  return std::nullopt;
}

std::optional<ImageFormat> FormatFromContent(const Bytes& bytes) {
  using std::string_view_literals::operator""sv;
  if (HasBytes(bytes, 0, "\xFF\xD8\xFF"sv)) return ImageFormat::kJpeg;
  if (HasBytes(bytes, 0, "\x89PNG\r\n\x1A\n"sv)) return ImageFormat::kPng;
  if (HasBytes(bytes, 0, "II*\0"sv) || HasBytes(bytes, 0, "MM\0*"sv)) return ImageFormat::kTiff;
  if (HasBytes(bytes, 0, "RIFF"sv) && HasBytes(bytes, 8, "WEBP"sv)) return ImageFormat::kWebp;
  if (HasBytes(bytes, 0, "BM"sv)) return ImageFormat::kBmp;
  if (bytes.size() > 2 && bytes[0] == 'P' && bytes[1] >= '2' && bytes[1] <= '6' &&
      bytes[1] != '4' && std::isspace(bytes[2]) != 0) {
    return ImageFormat::kPnm;
  }
  return std::nullopt;
}

}  // namespace facedeblur
