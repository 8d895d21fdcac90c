// TIFF 6.0, by libtiff. OpenCV's reader multiplies colours by alpha and hides damage, so it is not
// used.

#include <algorithm>
#include <cstring>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <utility>
#include <vector>

#include "facedeblur/util/error.h"
#include "image/formats.h"
#include "image/tiff_file.h"

namespace facedeblur {
namespace {

/// How a TIFF was coded, so that its successor can be coded likewise.
struct TiffCoding : SourceCoding {
  bool MustDivideByAlpha(ImageFormat format) const override {
    return fourth_sample == EXTRASAMPLE_ASSOCALPHA && format != ImageFormat::kTiff;
  }

  std::uint16_t compression = COMPRESSION_LZW;
  std::uint16_t resolution_unit = RESUNIT_INCH;
  float x_resolution = 0;  ///< pixels per unit; 0: unknown
  float y_resolution = 0;
  /// Alpha, "associated" where colours are multiplied by it, or something else.
  std::uint16_t fourth_sample = EXTRASAMPLE_UNASSALPHA;
};

/// Reads the size tags of the first directory (section 2), and checks that all its strips or tiles
/// are inside the file.
class TiffProbe {
 public:
  explicit TiffProbe(const ByteView& file) : file_(file), big_endian_(file.U8(0) == 'M') {}

  ImageSize Run() const {
    ImageSize size;
    const std::size_t directory = Read(4, 4);
    const std::uint32_t count = Read(directory, 2);
    std::size_t offsets = 0;
    std::size_t lengths = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::size_t entry = directory + 2 + 12UL * i;
      switch (Read(entry, 2)) {
        case TIFFTAG_IMAGEWIDTH:
          size.width = Value(entry, 0);
          break;
        case TIFFTAG_IMAGELENGTH:
          size.height = Value(entry, 0);
          break;
        case TIFFTAG_STRIPOFFSETS:
        case TIFFTAG_TILEOFFSETS:
          offsets = entry;
          break;
        case TIFFTAG_STRIPBYTECOUNTS:
        case TIFFTAG_TILEBYTECOUNTS:
          lengths = entry;
          break;
        default:
          break;
      }
    }
    if (offsets != 0 && lengths != 0) CheckStrips(offsets, lengths);
    return size;
  }

 private:
  std::uint32_t Read(std::size_t at, int count) const {
    return big_endian_ ? file_.Big(at, count) : file_.Little(at, count);
  }

  /// The index-th number of a directory entry of type SHORT or LONG.
  std::uint32_t Value(std::size_t entry, std::uint32_t index) const {
    const int bytes = Read(entry + 2, 2) == TIFF_SHORT ? 2 : 4;
    const std::size_t total = static_cast<std::size_t>(bytes) * Read(entry + 4, 4);
    const std::size_t at = total <= 4 ? entry + 8 : Read(entry + 8, 4);
    return Read(at + static_cast<std::size_t>(bytes) * index, bytes);
  }

  void CheckStrips(std::size_t offsets, std::size_t lengths) const {
    const std::uint32_t count = Read(offsets + 4, 4);
    if (count != Read(lengths + 4, 4)) file_.ThrowDamaged();
    for (std::uint32_t i = 0; i < count; ++i) {
      file_.Require(Value(offsets, i), Value(lengths, i));
    }
  }

  const ByteView& file_;
  bool big_endian_;
};

ImageSize ProbeTiff(const ByteView& file) {
  if (file.Is(2, "+") || file.Is(3, "+")) {
    throw Error(ErrorKind::kInput, "a BigTIFF, which is not supported");
  }
  return TiffProbe(file).Run();
}

[[noreturn]] void ThrowDamaged(const TiffFile& file) {
  throw Error(ErrorKind::kInput,
              "damaged or truncated TIFF" + (file.error.empty() ? "" : ": " + file.error));
}

/// The part of the directory that decides how the pixels are read.
struct Layout {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint16_t bits = 0;
  std::uint16_t samples = 0;
  std::uint16_t photometric = 0;
  bool planar = false;

  explicit Layout(TIFF* tiff)
      : width(TiffField<std::uint32_t>(tiff, TIFFTAG_IMAGEWIDTH, 0)),
        height(TiffField<std::uint32_t>(tiff, TIFFTAG_IMAGELENGTH, 0)),
        bits(TiffField<std::uint16_t>(tiff, TIFFTAG_BITSPERSAMPLE, 1)),
        samples(TiffField<std::uint16_t>(tiff, TIFFTAG_SAMPLESPERPIXEL, 1)),
        photometric(TiffField<std::uint16_t>(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK)),
        planar(TiffField<std::uint16_t>(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) ==
               PLANARCONFIG_SEPARATE) {}

  /// True for kinds whose samples can be taken as they are.
  bool IsPlain() const {
    if (bits != 8 && bits != 16) return false;
    if (photometric == PHOTOMETRIC_MINISBLACK) return samples == 1;
    return photometric == PHOTOMETRIC_RGB && (samples == 3 || samples == 4);
  }

  /// True when an ICC profile still describes the pixels after decoding.
  bool ProfileFits() const {
    return IsPlain() || photometric == PHOTOMETRIC_RGB || photometric == PHOTOMETRIC_PALETTE ||
           photometric == PHOTOMETRIC_YCBCR;
  }
};

void RequireIntegers(TIFF* tiff, const Layout& layout) {
  const auto format = TiffField<std::uint16_t>(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  if (format == SAMPLEFORMAT_UINT && layout.bits <= 16) return;
  throw Error(ErrorKind::kInput, "TIFF with samples that are not 8 or 16 bit integers");
}

void ReadStrips(TIFF* tiff, const TiffFile& file, std::uint16_t plane, cv::Mat* pixels) {
  if (TIFFScanlineSize(tiff) > static_cast<tmsize_t>(pixels->cols * pixels->elemSize())) {
    ThrowDamaged(file);
  }
  for (int y = 0; y < pixels->rows; ++y) {
    if (TIFFReadScanline(tiff, pixels->ptr(y), static_cast<std::uint32_t>(y), plane) < 0) {
      ThrowDamaged(file);
    }
  }
}

void ReadTiles(TIFF* tiff, const TiffFile& file, std::uint16_t plane, cv::Mat* pixels) {
  const auto tile_width = TiffField<std::uint32_t>(tiff, TIFFTAG_TILEWIDTH, 0);
  const auto tile_height = TiffField<std::uint32_t>(tiff, TIFFTAG_TILELENGTH, 0);
  const std::size_t row_bytes = tile_width * pixels->elemSize();
  const tmsize_t size = TIFFTileSize(tiff);
  if (size <= 0 || static_cast<std::size_t>(size) < row_bytes * tile_height) ThrowDamaged(file);
  constexpr std::size_t kTileAllowance = 64UL << 20;  // a tile far larger than its image is a bomb
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

cv::Mat ReadPlain(TIFF* tiff, const TiffFile& file, const Layout& layout) {
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
cv::Mat ReadConverted(TIFF* tiff, const TiffFile& file, const Layout& layout) {
  cv::Mat rgba(static_cast<int>(layout.height), static_cast<int>(layout.width), CV_8UC4);
  const auto orientation = TiffField<std::uint16_t>(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  if (TIFFReadRGBAImageOriented(tiff, layout.width, layout.height, rgba.ptr<std::uint32_t>(),
                                orientation, /*stop=*/1) != 1) {
    ThrowDamaged(file);
  }
  cv::Mat bgr;
  cv::cvtColor(rgba, bgr, cv::COLOR_RGBA2BGR);
  return bgr;
}

TiffCoding ReadCoding(TIFF* tiff, const Layout& layout) {
  TiffCoding coding;
  coding.compression = TiffField<std::uint16_t>(tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  coding.resolution_unit = TiffField<std::uint16_t>(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_NONE);
  coding.x_resolution = TiffField<float>(tiff, TIFFTAG_XRESOLUTION, 0);
  coding.y_resolution = TiffField<float>(tiff, TIFFTAG_YRESOLUTION, 0);
  std::uint16_t count = 0;
  std::uint16_t* kinds = nullptr;
  if (layout.samples == 4 && TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds) == 1 &&
      count == 1) {
    coding.fourth_sample = kinds[0];
  }
  return coding;
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

void WriteFields(TIFF* tiff, const cv::Mat& pixels, const TiffCoding& coding) {
  const std::uint16_t compression = LosslessCompression(coding.compression);
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
    TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &coding.fourth_sample);
  }
  if (coding.x_resolution > 0 && coding.y_resolution > 0) {
    TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, coding.resolution_unit);
    TIFFSetField(tiff, TIFFTAG_XRESOLUTION, static_cast<double>(coding.x_resolution));
    TIFFSetField(tiff, TIFFTAG_YRESOLUTION, static_cast<double>(coding.y_resolution));
  }
  TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(tiff, 0));
}

/// Grey, RGB and RGB with alpha of 8 or 16 bits keep every bit. Other kinds (palette, bilevel,
/// CMYK, Lab) become 8-bit BGR.
DecodedImage DecodeTiff(const Bytes& bytes) {
  TiffFile file;
  file.bytes = bytes;
  const TiffPtr tiff = OpenTiff(&file, "rm");
  if (!tiff) ThrowDamaged(file);
  if (TIFFNumberOfDirectories(tiff.get()) > 1) {
    throw Error(ErrorKind::kInput, "a TIFF with several pages, which is not supported");
  }
  // JPEG inside TIFF is mostly YCbCr; its codec can give RGB.
  const auto compression =
      TiffField<std::uint16_t>(tiff.get(), TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  const bool jpeg = compression == COMPRESSION_JPEG;
  if (jpeg && TiffField<std::uint16_t>(tiff.get(), TIFFTAG_PHOTOMETRIC, 0) == PHOTOMETRIC_YCBCR) {
    TIFFSetField(tiff.get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  }
  const Layout layout(tiff.get());
  RequireIntegers(tiff.get(), layout);
  DecodedImage image;
  image.source = std::make_shared<TiffCoding>(ReadCoding(tiff.get(), layout));
  image.profile_fits = layout.ProfileFits();
  image.pixels = layout.IsPlain() ? ReadPlain(tiff.get(), file, layout)
                                  : ReadConverted(tiff.get(), file, layout);
  if (!file.error.empty()) ThrowDamaged(file);
  if (!layout.IsPlain() && !jpeg) image.note = "its kind of TIFF is converted to 8-bit RGB";
  return image;
}

/// Compressed as the source was where that is lossless, else with LZW.
Bytes EncodeTiff(const cv::Mat& pixels, const SourceCoding* source, int /*quality*/,
                 const RawMetadata& /*metadata*/) {
  TiffFile file;
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
  const auto* coding = dynamic_cast<const TiffCoding*>(source);
  WriteFields(tiff.get(), rows, coding != nullptr ? *coding : TiffCoding());
  for (int y = 0; y < rows.rows; ++y) {
    if (TIFFWriteScanline(tiff.get(), rows.ptr(y), static_cast<std::uint32_t>(y), 0) < 0) {
      throw Error(ErrorKind::kOutput, "cannot encode TIFF: " + file.error);
    }
  }
  tiff.reset();  // writes the directory
  if (!file.error.empty()) throw Error(ErrorKind::kOutput, "cannot encode TIFF: " + file.error);
  return std::move(file.bytes);
}

}  // namespace

FormatCodec TiffCodec() { return {ProbeTiff, DecodeTiff, EncodeTiff}; }

}  // namespace facedeblur
