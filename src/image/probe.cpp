#include "facedeblur/image/probe.h"

#include <cctype>
#include <cstring>
#include <string>
#include <string_view>

#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

[[noreturn]] void ThrowTruncated(const char* format) {
  throw Error(ErrorKind::kInput, std::string("truncated ") + format + " file");
}

[[noreturn]] void ThrowDamaged(const char* format) {
  throw Error(ErrorKind::kInput, std::string("damaged ") + format + " header");
}

/// Bounds-checked reads of integers in either byte order.
class ByteView {
 public:
  ByteView(const Bytes& bytes, const char* format) : bytes_(bytes), format_(format) {}

  std::size_t size() const { return bytes_.size(); }
  const char* format() const { return format_; }

  std::uint8_t U8(std::size_t at) const {
    Require(at, 1);
    return bytes_[at];
  }
  std::uint32_t Big(std::size_t at, int count) const {
    Require(at, static_cast<std::size_t>(count));
    std::uint32_t value = 0;
    for (int i = 0; i < count; ++i) value = value << 8 | bytes_[at + static_cast<std::size_t>(i)];
    return value;
  }
  std::uint32_t Little(std::size_t at, int count) const {
    Require(at, static_cast<std::size_t>(count));
    std::uint32_t value = 0;
    for (int i = count - 1; i >= 0; --i) {
      value = value << 8 | bytes_[at + static_cast<std::size_t>(i)];
    }
    return value;
  }
  bool Is(std::size_t at, std::string_view text) const {
    return at <= size() && size() - at >= text.size() &&
           std::memcmp(bytes_.data() + at, text.data(), text.size()) == 0;
  }
  void Require(std::size_t at, std::size_t count) const {
    if (at > size() || size() - at < count) ThrowTruncated(format_);
  }

 private:
  const Bytes& bytes_;
  const char* format_;
};

/// Sides that fit 31 bits: their product cannot overflow, and OpenCV can count them.
void RequireSides(const ImageHeader& header, const char* format) {
  constexpr std::int64_t kLargest = 0x7FFFFFFF;
  if (header.width <= 0 || header.height <= 0 || header.width > kLargest ||
      header.height > kLargest) {
    ThrowDamaged(format);
  }
}

/// ITU-T T.81 Annex B: the frame header (SOFn) holds the size.
void ProbeJpeg(const ByteView& view, ImageHeader* header) {
  std::size_t at = 2;
  while (true) {
    if (view.U8(at) != 0xFF) ThrowDamaged(view.format());
    while (view.U8(at) == 0xFF) ++at;  // fill bytes may precede a marker
    const std::uint8_t marker = view.U8(at++);
    const bool frame =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    const std::uint32_t length = view.Big(at, 2);
    if (length < 2 || marker == 0xD9 || marker == 0xDA) ThrowDamaged(view.format());
    if (frame) {
      header->height = view.Big(at + 3, 2);
      header->width = view.Big(at + 5, 2);
      return;
    }
    at += length;
  }
}

/// PNG specification, section 5: chunks from IHDR to IEND, each with its length.
void ProbePng(const ByteView& view, ImageHeader* header) {
  if (!view.Is(12, "IHDR")) ThrowDamaged(view.format());
  header->width = view.Big(16, 4);
  header->height = view.Big(20, 4);
  std::size_t at = 8;
  while (!view.Is(at + 4, "IEND")) {
    if (view.Is(at + 4, "acTL")) {
      throw Error(ErrorKind::kInput, "an animated PNG, which is not supported");
    }
    const std::size_t length = view.Big(at, 4);
    view.Require(at, length + 12);
    at += length + 12;
  }
}

/// TIFF 6.0, section 2: size tags of the first directory, and that all its strips or tiles are
/// inside the file.
class TiffProbe {
 public:
  explicit TiffProbe(const ByteView& view) : view_(view), big_endian_(view.U8(0) == 'M') {}

  void Run(ImageHeader* header) {
    const std::size_t directory = Read(4, 4);
    const std::uint32_t count = Read(directory, 2);
    std::size_t offsets = 0;
    std::size_t lengths = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::size_t entry = directory + 2 + 12UL * i;
      switch (Read(entry, 2)) {
        case 256:
          header->width = Value(entry, 0);
          break;
        case 257:
          header->height = Value(entry, 0);
          break;
        case 273:  // StripOffsets
        case 324:  // TileOffsets
          offsets = entry;
          break;
        case 279:  // StripByteCounts
        case 325:  // TileByteCounts
          lengths = entry;
          break;
        default:
          break;
      }
    }
    if (offsets != 0 && lengths != 0) CheckStrips(offsets, lengths);
  }

 private:
  std::uint32_t Read(std::size_t at, int count) const {
    return big_endian_ ? view_.Big(at, count) : view_.Little(at, count);
  }

  /// The index-th number of a directory entry of type SHORT or LONG.
  std::uint32_t Value(std::size_t entry, std::uint32_t index) const {
    const int bytes = Read(entry + 2, 2) == 3 ? 2 : 4;
    const std::size_t total = static_cast<std::size_t>(bytes) * Read(entry + 4, 4);
    const std::size_t at = total <= 4 ? entry + 8 : Read(entry + 8, 4);
    return Read(at + static_cast<std::size_t>(bytes) * index, bytes);
  }

  void CheckStrips(std::size_t offsets, std::size_t lengths) const {
    const std::uint32_t count = Read(offsets + 4, 4);
    if (count != Read(lengths + 4, 4)) ThrowDamaged(view_.format());
    for (std::uint32_t i = 0; i < count; ++i) {
      view_.Require(Value(offsets, i), Value(lengths, i));
    }
  }

  const ByteView& view_;
  bool big_endian_;
};

/// RIFF container with a VP8, VP8L or VP8X chunk (RFC 9649).
void ProbeWebp(const ByteView& view, ImageHeader* header) {
  view.Require(8, view.Little(4, 4));
  if (view.Is(12, "VP8X")) {
    constexpr std::uint8_t kAnimation = 0x02;
    if ((view.U8(20) & kAnimation) != 0) {
      throw Error(ErrorKind::kInput, "an animated WebP, which is not supported");
    }
    header->width = view.Little(24, 3) + 1;
    header->height = view.Little(27, 3) + 1;
  } else if (view.Is(12, "VP8L")) {
    const std::uint32_t bits = view.Little(21, 4);
    header->width = (bits & 0x3FFF) + 1;
    header->height = (bits >> 14 & 0x3FFF) + 1;
  } else if (view.Is(12, "VP8 ")) {
    header->width = view.Little(26, 2) & 0x3FFF;
    header->height = view.Little(28, 2) & 0x3FFF;
  } else {
    ThrowDamaged(view.format());
  }
}

void ProbeBmp(const ByteView& view, ImageHeader* header) {
  const std::uint32_t header_size = view.Little(14, 4);
  const std::size_t data = view.Little(10, 4);
  if (header_size == 12 || header_size == 64) {  // OpenCV reads these, but as grey
    throw Error(ErrorKind::kInput, "an OS/2 BMP file, which is not supported");
  }
  header->width = static_cast<std::int32_t>(view.Little(18, 4));
  header->height = static_cast<std::int32_t>(view.Little(22, 4));
  if (header->height < 0) header->height = -header->height;  // rows stored top down
  const std::uint32_t bits = view.Little(28, 2);
  const std::uint32_t compression = view.Little(30, 4);
  if (header->width <= 0 || header->width > 1 << 30 || header->height > 1 << 30) {
    ThrowDamaged(view.format());
  }
  if (compression == 0 || compression == 3) {
    const auto row = static_cast<std::size_t>((header->width * bits + 31) / 32 * 4);
    view.Require(data, row * static_cast<std::size_t>(header->height));
  }
}

/// Netpbm: "P6 width height maxval" with comments, then raw samples (P5, P6) or text (P2, P3).
class PnmProbe {
 public:
  explicit PnmProbe(const ByteView& view) : view_(view) {}

  void Run(ImageHeader* header) {
    const char kind = static_cast<char>(view_.U8(1));
    header->width = Number();
    header->height = Number();
    const std::int64_t maximum = Number();
    if (maximum != 255 && maximum != 65535) {  // OpenCV would not scale them
      throw Error(ErrorKind::kInput, "PPM with a maximum of " + std::to_string(maximum) +
                                         "; 255 and 65535 are supported");
    }
    RequireSides(*header, view_.format());
    if (kind == '5' || kind == '6') {
      const std::int64_t samples = header->pixels() * (kind == '6' ? 3 : 1);
      view_.Require(at_ + 1, static_cast<std::size_t>(samples * (maximum > 255 ? 2 : 1)));
    }
  }

 private:
  std::int64_t Number() {
    while (std::isspace(view_.U8(at_)) != 0 || view_.U8(at_) == '#') {
      if (view_.U8(at_) == '#') {
        while (view_.U8(at_) != '\n') ++at_;
      }
      ++at_;
    }
    std::int64_t value = 0;
    int digits = 0;
    for (; std::isdigit(view_.U8(at_)) != 0; ++at_, ++digits) {
      value = value * 10 + (view_.U8(at_) - '0');
      if (digits > 9) ThrowDamaged(view_.format());
    }
    if (digits == 0) ThrowDamaged(view_.format());
    return value;
  }

  const ByteView& view_;
  std::size_t at_ = 2;
};

}  // namespace

ImageHeader ProbeImage(const Bytes& bytes) {
  if (bytes.empty()) throw Error(ErrorKind::kInput, "the file is empty");
  const auto format = FormatFromContent(bytes);
  if (!format) throw Error(ErrorKind::kInput, "not an image in a format we read");
  ImageHeader header;
  header.format = *format;
  const ByteView view(bytes, FormatName(*format));
  switch (*format) {
    case ImageFormat::kJpeg:
      ProbeJpeg(view, &header);
      break;
    case ImageFormat::kPng:
      ProbePng(view, &header);
      break;
    case ImageFormat::kTiff:
      TiffProbe(view).Run(&header);
      break;
    case ImageFormat::kWebp:
      ProbeWebp(view, &header);
      break;
    case ImageFormat::kBmp:
      ProbeBmp(view, &header);
      break;
    case ImageFormat::kPnm:
      PnmProbe(view).Run(&header);
      break;
  }
  RequireSides(header, view.format());
  return header;
}

}  // namespace facedeblur
