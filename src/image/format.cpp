#include "facedeblur/image/format.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "image/formats.h"

namespace facedeblur {
namespace {

bool StartsWith(const Bytes& bytes, std::string_view magic) {
  const auto matches = [](char expected, std::uint8_t byte) {
    if (expected == '?') return true;
    if (expected == ' ') return std::isspace(byte) != 0;
    return static_cast<std::uint8_t>(expected) == byte;
  };
  return bytes.size() >= magic.size() &&
         std::equal(magic.begin(), magic.end(), bytes.begin(), matches);
}

}  // namespace

const char* FormatName(ImageFormat format) { return RowOf(format).name; }

const char* FormatExtension(ImageFormat format) { return RowOf(format).extensions.front(); }

std::vector<std::pair<std::string, ImageFormat>> FormatWords() {
  std::vector<std::pair<std::string, ImageFormat>> words;
  for (const FormatRow& row : Formats()) {
    for (const char* extension : row.extensions) words.emplace_back(extension + 1, row.format);
  }
  return words;
}

std::optional<ImageFormat> FormatFromExtension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const FormatRow& row : Formats()) {
    for (const char* known : row.extensions) {
      if (extension == known) return row.format;
    }
  }
  return std::nullopt;
}

int CodecMemory(ImageFormat format) { return RowOf(format).memory; }

std::optional<ImageFormat> FormatFromContent(const Bytes& bytes) {
  for (const FormatRow& row : Formats()) {
    for (const std::string_view magic : row.magics) {
      if (StartsWith(bytes, magic)) return row.format;
    }
  }
  return std::nullopt;
}

}  // namespace facedeblur
