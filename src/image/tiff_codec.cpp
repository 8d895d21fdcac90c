#include "image/tiff_codec.h"

#include <tiffio.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

/// A TIFF in memory, with the first error libtiff reported about it.
struct MemoryFile {
  Bytes bytes;
  std::size_t position = 0;
  bool writable = false;
  std::string error;
};

MemoryFile* FileOf(thandle_t handle) { return static_cast<MemoryFile*>(handle); }

tmsize_t ReadCallback(thandle_t handle, void* target, tmsize_t count) {
  MemoryFile* file = FileOf(handle);
  if (file->position >= file->bytes.size()) return 0;
  const auto n = std::min(static_cast<std::size_t>(count), file->bytes.size() - file->position);
  std::memcpy(target, file->bytes.data() + file->position, n);
  file->position += n;
  return static_cast<tmsize_t>(n);
}

tmsize_t WriteCallback(thandle_t handle, void* source, tmsize_t count) {
  MemoryFile* file = FileOf(handle);
  if (!file->writable) return -1;
  const auto n = static_cast<std::size_t>(count);
  if (file->bytes.size() < file->position + n) file->bytes.resize(file->position + n);
  std::memcpy(file->bytes.data() + file->position, source, n);
  file->position += n;
  return count;
}

toff_t SeekCallback(thandle_t handle, toff_t offset, int whence) {
  MemoryFile* file = FileOf(handle);
  const std::size_t base = whence == SEEK_CUR   ? file->position
                           : whence == SEEK_END ? file->bytes.size()
                                                : 0;
  file->position = base + static_cast<std::size_t>(offset);
  return file->position;
}

int CloseCallback(thandle_t /*handle*/) { return 0; }
toff_t SizeCallback(thandle_t handle) { return FileOf(handle)->bytes.size(); }

void ErrorCallback(thandle_t handle, const char* /*module*/, const char* format,
                   va_list arguments) {
  if (handle == nullptr || !FileOf(handle)->error.empty()) return;
  char text[256];
  std::vsnprintf(text, sizeof text, format, arguments);
  FileOf(handle)->error = text;
}

struct TiffCloser {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using TiffPtr = std::unique_ptr<TIFF, TiffCloser>;

TiffPtr OpenTiff(MemoryFile* file, const char* mode) {
  // libtiff prints by default; its extended handler gets our file instead. Set once for the
  // process.
  static const bool silenced = [] {
    TIFFSetErrorHandler(nullptr);
    TIFFSetWarningHandler(nullptr);
    TIFFSetErrorHandlerExt(ErrorCallback);
    return true;
  }();
  (void)silenced;
  return TiffPtr(TIFFClientOpen("memory", mode, file, ReadCallback, WriteCallback, SeekCallback,
                                CloseCallback, SizeCallback, nullptr, nullptr));
}

[[noreturn]] void ThrowDamaged(const MemoryFile& file) {
  throw Error(ErrorKind::kInput,
              "damaged or truncated TIFF" + (file.error.empty() ? "" : ": " + file.error));
}

template <typename Value>
Value Field(TIFF* tiff, ttag_t tag, Value fallback) {
  Value value = fallback;
  return TIFFGetFieldDefaulted(tiff, tag, &value) == 1 ? value : fallback;
}

/// What of the directory decides how the pixels are read.
struct Layout {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint16_t bits = 0;
  std::uint16_t samples = 0;
  std::uint16_t photometric = 0;
  bool planar = false;

  explicit Layout(TIFF* tiff)
      : width(Field<std::uint32_t>(tiff, TIFFTAG_IMAGEWIDTH, 0)),
        height(Field<std::uint32_t>(tiff, TIFFTAG_IMAGELENGTH, 0)),
        bits(Field<std::uint16_t>(tiff, TIFFTAG_BITSPERSAMPLE, 1)),
        samples(Field<std::uint16_t>(tiff, TIFFTAG_SAMPLESPERPIXEL, 1)),
        photometric(Field<std::uint16_t>(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK)),
        planar(Field<std::uint16_t>(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) ==
               PLANARCONFIG_SEPARATE) {}

  /// Kinds whose samples can be taken as they are.
  bool Plain() const {
    if (bits != 8 && bits != 16) return false;
    if (photometric == PHOTOMETRIC_MINISBLACK) return samples == 1;
    return photometric == PHOTOMETRIC_RGB && (samples == 3 || samples == 4);
  }
};

void RequireIntegers(TIFF* tiff, const Layout& layout) {
  const auto format = Field<std::uint16_t>(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  if (format == SAMPLEFORMAT_UINT && layout.bits <= 16) return;
  throw Error(ErrorKind::kInput, "TIFF with samples that are not 8 or 16 bit integers");
}

void ReadStrips(TIFF* tiff, const MemoryFile& file, std::uint16_t plane, cv::Mat* pixels) {
  if (TIFFScanlineSize(tiff) > static_cast<tmsize_t>(pixels->cols * pixels->elemSize())) {
    ThrowDamaged(file);
  }
  for (int y = 0; y < pixels->rows; ++y) {
    if (TIFFReadScanline(tiff, pixels->ptr(y), static_cast<std::uint32_t>(y), plane) < 0) {
      ThrowDamaged(file);
    }
  }
}

void ReadTiles(TIFF* tiff, const MemoryFile& file, std::uint16_t plane, cv::Mat* pixels) {
  const auto tile_width = Field<std::uint32_t>(tiff, TIFFTAG_TILEWIDTH, 0);
  const auto tile_height = Field<std::uint32_t>(tiff, TIFFTAG_TILELENGTH, 0);
  const std::size_t row_bytes = tile_width * pixels->elemSize();
  const tmsize_t size = TIFFTileSize(tiff);
  if (size <= 0 || static_cast<std::size_t>(size) < row_bytes * tile_height) ThrowDamaged(file);
  constexpr std::size_t kTileAllowance = 64UL
                                         << 20;  // a tile far larger than its picture is a bomb
  if (static_cast<std::size_t>(size) > pixels->total() * pixels->elemSize() + kTileAllowance) {
    throw Error(ErrorKind::kInput, "TIFF with absurdly large tiles");
  }
  std::vector<unsigned char> tile(static_cast<std::size_t>(size));
  const auto width = static_cast<std::uint32_t>(pixels->cols);
  const auto height = static_cast<std::uint32_t>(pixels->rows);
  for (std::uint32_t top = 0; top < height; top += tile_height) {
    for (std::uint32_t left = 0; left < width; left += tile_width) {
      if (TIFFReadTile(tiff, tile.data(), left, top, 0, plane) < 0) ThrowDamaged(file);
      const std::size_t copied = std::min(tile_width, width - left) * pixels->elemSize();
      for (std::uint32_t y = 0; y < std::min(tile_height, height - top); ++y) {
        std::memcpy(pixels->ptr(static_cast<int>(top + y)) + left * pixels->elemSize(),
                    tile.data() + y * row_bytes, copied);
      }
    }
  }
}

cv::Mat ReadPlain(TIFF* tiff, const MemoryFile& file, const Layout& layout) {
  const auto rows = static_cast<int>(layout.height);
  const auto columns = static_cast<int>(layout.width);
  const int depth = layout.bits == 8 ? CV_8U : CV_16U;
  const auto read = TIFFIsTiled(tiff) != 0 ? ReadTiles : ReadStrips;
  cv::Mat pixels;
  if (layout.planar && layout.samples > 1) {
    std::vector<cv::Mat> planes;
    for (std::uint16_t s = 0; s < layout.samples; ++s) {
      read(tiff, file, s, &planes.emplace_back(rows, columns, CV_MAKETYPE(depth, 1)));
    }
    cv::merge(planes, pixels);
  } else {
    pixels.create(rows, columns, CV_MAKETYPE(depth, layout.samples));
    read(tiff, file, 0, &pixels);
  }
  if (layout.samples == 3) cv::cvtColor(pixels, pixels, cv::COLOR_RGB2BGR);
  if (layout.samples == 4) cv::cvtColor(pixels, pixels, cv::COLOR_RGBA2BGRA);
  return pixels;
}

/// libtiff's own conversion, for all kinds it knows.
cv::Mat ReadConverted(TIFF* tiff, const MemoryFile& file, const Layout& layout) {
  cv::Mat rgba(static_cast<int>(layout.height), static_cast<int>(layout.width), CV_8UC4);
  const auto orientation = Field<std::uint16_t>(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  if (TIFFReadRGBAImageOriented(tiff, layout.width, layout.height, rgba.ptr<std::uint32_t>(),
                                orientation, /*stop=*/1) != 1) {
    ThrowDamaged(file);
  }
  cv::Mat bgr;
  cv::cvtColor(rgba, bgr, cv::COLOR_RGBA2BGR);
  return bgr;
}

TiffTraits ReadTraits(TIFF* tiff, const Layout& layout) {
  TiffTraits traits;
  traits.compression = Field<std::uint16_t>(tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  traits.resolution_unit = Field<std::uint16_t>(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_NONE);
  traits.x_resolution = Field<float>(tiff, TIFFTAG_XRESOLUTION, 0);
  traits.y_resolution = Field<float>(tiff, TIFFTAG_YRESOLUTION, 0);
  traits.profile_fits = layout.Plain() || layout.photometric == PHOTOMETRIC_RGB ||
                        layout.photometric == PHOTOMETRIC_PALETTE ||
                        layout.photometric == PHOTOMETRIC_YCBCR;
  std::uint16_t count = 0;
  std::uint16_t* kinds = nullptr;
  if (layout.samples == 4 && TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds) == 1 &&
      count == 1) {
    traits.premultiplied_alpha = kinds[0] == EXTRASAMPLE_ASSOCALPHA;
  }
  return traits;
}

std::uint16_t LosslessCompression(std::uint16_t source) {
  switch (source) {
    case COMPRESSION_NONE:
    case COMPRESSION_LZW:
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_PACKBITS:
      return source;
    case COMPRESSION_DEFLATE:
      return COMPRESSION_ADOBE_DEFLATE;
    default:
      return COMPRESSION_LZW;
  }
}

void WriteFields(TIFF* tiff, const cv::Mat& pixels, const TiffTraits& traits) {
  const std::uint16_t compression = LosslessCompression(traits.compression);
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(pixels.cols));
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(pixels.rows));
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, pixels.depth() == CV_8U ? 8 : 16);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, pixels.channels());
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC,
               pixels.channels() == 1 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, compression);
  if (compression == COMPRESSION_LZW || compression == COMPRESSION_ADOBE_DEFLATE) {
    TIFFSetField(tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
  }
  if (pixels.channels() == 4) {
    const auto kind = static_cast<std::uint16_t>(
        traits.premultiplied_alpha ? EXTRASAMPLE_ASSOCALPHA : EXTRASAMPLE_UNASSALPHA);
    TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &kind);
  }
  if (traits.x_resolution > 0 && traits.y_resolution > 0) {
    TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, traits.resolution_unit);
    TIFFSetField(tiff, TIFFTAG_XRESOLUTION, static_cast<double>(traits.x_resolution));
    TIFFSetField(tiff, TIFFTAG_YRESOLUTION, static_cast<double>(traits.y_resolution));
  }
  TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(tiff, 0));
}

}  // namespace

cv::Mat DecodeTiff(const Bytes& bytes, TiffTraits* traits, std::string* warning) {
  MemoryFile file;
  file.bytes = bytes;
  const TiffPtr tiff = OpenTiff(&file, "rm");
  if (!tiff) ThrowDamaged(file);
  if (TIFFNumberOfDirectories(tiff.get()) > 1) {
    throw Error(ErrorKind::kInput, "a TIFF with several pages, which is not supported");
  }
  // JPEG inside TIFF is mostly YCbCr; its codec can give RGB.
  if (Field<std::uint16_t>(tiff.get(), TIFFTAG_COMPRESSION, COMPRESSION_NONE) == COMPRESSION_JPEG &&
      Field<std::uint16_t>(tiff.get(), TIFFTAG_PHOTOMETRIC, 0) == PHOTOMETRIC_YCBCR) {
    TIFFSetField(tiff.get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  }
  const Layout layout(tiff.get());
  RequireIntegers(tiff.get(), layout);
  *traits = ReadTraits(tiff.get(), layout);
  cv::Mat pixels = layout.Plain() ? ReadPlain(tiff.get(), file, layout)
                                  : ReadConverted(tiff.get(), file, layout);
  if (!file.error.empty()) ThrowDamaged(file);
  const bool jpeg = traits->compression == COMPRESSION_JPEG;
  if (!layout.Plain() && !jpeg) *warning = "its kind of TIFF is converted to 8-bit RGB";
  return pixels;
}

Bytes EncodeTiff(const cv::Mat& pixels, const TiffTraits& traits) {
  MemoryFile file;
  file.writable = true;
  TiffPtr tiff = OpenTiff(&file, "w");
  if (!tiff) throw Error(ErrorKind::kOutput, "cannot encode TIFF");
  cv::Mat rows;  // a copy in any case: the predictor works in place
  if (pixels.channels() == 3) {
    cv::cvtColor(pixels, rows, cv::COLOR_BGR2RGB);
  } else if (pixels.channels() == 4) {
    cv::cvtColor(pixels, rows, cv::COLOR_BGRA2RGBA);
  } else {
    rows = pixels.clone();
  }
  WriteFields(tiff.get(), rows, traits);
  for (int y = 0; y < rows.rows; ++y) {
    if (TIFFWriteScanline(tiff.get(), rows.ptr(y), static_cast<std::uint32_t>(y), 0) < 0) {
      throw Error(ErrorKind::kOutput, "cannot encode TIFF: " + file.error);
    }
  }
  tiff.reset();  // writes the directory
  if (!file.error.empty()) throw Error(ErrorKind::kOutput, "cannot encode TIFF: " + file.error);
  return std::move(file.bytes);
}

}  // namespace facedeblur
