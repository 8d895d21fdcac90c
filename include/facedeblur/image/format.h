#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// The file formats that are read and written; src/image/formats.cpp says all about each. kPnm
/// covers PPM and PGM.
enum class ImageFormat { kJpeg, kPng, kTiff, kWebp, kBmp, kPnm, kHeic, kAvif, kJxl };

/// "JPEG", "PNG", ... for messages.
const char* FormatName(ImageFormat format);

/// The usual file extension, with its dot: ".jpg", ".png", ...
const char* FormatExtension(ImageFormat format);

/// The words that name a format on the command line, each with its format: all extensions without
/// their dots, the usual one of each format first.
std::vector<std::pair<std::string, ImageFormat>> FormatWords();

/// The format that a file name's extension stands for (any case), or nothing.
std::optional<ImageFormat> FormatFromExtension(const std::filesystem::path& path);

/// Bytes for each pixel that the format's codec takes at its peak, beyond what those of JPEG and
/// PNG take.
int CodecMemory(ImageFormat format);

/// The format of a file's content, told by its first bytes, or nothing.
std::optional<ImageFormat> FormatFromContent(const Bytes& bytes);

}  // namespace facedeblur
