// PNG (W3C PNG specification, second edition), by libpng. OpenCV uses libpng too, but drops chunks
// that say how pixels are to be shown and prints libpng's complaints.

#include <png.h>
#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "facedeblur/util/error.h"
#include "image/formats.h"

namespace facedeblur {
namespace {

/// Section 5: chunks from IHDR to IEND, each with its length.
ImageSize ProbePng(const ByteView& file) {
  if (!file.Is(12, "IHDR")) file.ThrowDamaged();
  const ImageSize size = {file.Big(16, 4), file.Big(20, 4)};
  std::size_t at = 8;
  while (!file.Is(at + 4, "IEND")) {
    if (file.Is(at + 4, "acTL")) {
      throw Error(ErrorKind::kInput, "an animated PNG, which is not supported");
    }
    const std::size_t chunk = file.Big(at, 4) + std::size_t{12};  // with length, type and CRC
    file.Require(at, chunk);
    at += chunk;
  }
  return size;
}

/// A chunk to carry over from the source, as it is.
struct Chunk {
  std::string type;
  Bytes data;
};

/// Chunks that fit any PNG with the same colours, whatever its pixels; cICP, mDCv and cLLi are of
/// the third edition. EXIF, XMP, the ICC profile and the comment are left to Metadata: Exiv2
/// replaces text chunks that hold them by its own.
constexpr png_byte kCarried[] = "cICP\0mDCv\0cLLi\0gAMA\0cHRM\0sRGB\0pHYs\0tEXt\0zTXt\0iTXt";
constexpr int kCarriedCount = sizeof(kCarried) / 5;  // four letters and a zero each

/// Left to Metadata.
bool IsXmp(const Chunk& chunk) {
  constexpr std::string_view kKeyword = "XML:com.adobe.xmp";
  return chunk.type == "iTXt" && chunk.data.size() > kKeyword.size() &&
         std::equal(kKeyword.begin(), kKeyword.end(), chunk.data.begin());
}

struct PngCoding : SourceCoding {
  bool ColoursFit(ImageFormat format) const override {
    return format == ImageFormat::kPng || colours().empty();
  }
  /// What cICP (H.273) says where that is not sRGB: it comes before an ICC profile.
  std::string colours() const override {
    for (const Chunk& chunk : chunks) {
      if (chunk.type != "cICP" || chunk.data.size() < 2) continue;
      const int primaries = chunk.data[0];
      const int transfer = chunk.data[1];
      if (primaries == 1 && (transfer == 13 || transfer == 1)) return {};
      return "CICP " + std::to_string(primaries) + "/" + std::to_string(transfer);
    }
    return {};
  }

  std::vector<Chunk> chunks;
};

/// What libpng said when it gave up.
struct Message {
  char text[200] = "";
};

/// libpng reports fatal errors through a callback that must not return; longjmp is its documented
/// way out. So every function that calls libpng first calls setjmp(png_jmpbuf()), and nothing in it
/// that has a destructor may be alive when it jumps.
[[noreturn]] void OnError(png_structp png, png_const_charp text) {
  auto* message = static_cast<Message*>(png_get_error_ptr(png));
  std::snprintf(message->text, sizeof message->text, "%s", text);
  png_longjmp(png, 1);
}

/// Warnings are about what libpng can mend or leave out.
void OnWarning(png_structp /*png*/, png_const_charp /*text*/) {}

/// PNG stores 16-bit samples with the most significant byte first.
bool MustSwap() {
  const std::uint16_t one = 1;
  unsigned char first = 0;
  std::memcpy(&first, &one, 1);
  return first == 1;
}

/// Reads one file, header first.
class PngReader {
 public:
  explicit PngReader(const Bytes& file) : file_(file) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &message_, OnError, OnWarning);
    if (png_ == nullptr) return;
    info_ = png_create_info_struct(png_);
    end_info_ = png_create_info_struct(png_);
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, &end_info_); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  bool ReadHeader() {
    if (png_ == nullptr || info_ == nullptr || end_info_ == nullptr) return false;
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_read_fn(png_, this, Supply);
    // libpng keeps chunks as they are only if it is told not to know them.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_ALWAYS, kCarried, kCarriedCount);
    png_read_info(png_, info_);
    return true;
  }

  /// As ReadHeader found them.
  int width() const { return static_cast<int>(png_get_image_width(png_, info_)); }
  int height() const { return static_cast<int>(png_get_image_height(png_, info_)); }
  bool grey() const { return color_type() == PNG_COLOR_TYPE_GRAY; }
  /// One colour, or a palette's entries, are transparent.
  bool has_transparency_chunk() const { return png_get_valid(png_, info_, PNG_INFO_tRNS) != 0; }

  /// The type of the pixels that ReadRows gives: grey, BGR or BGRA.
  int pixel_type() const {
    const int depth = png_get_bit_depth(png_, info_) == 16 ? CV_16U : CV_8U;
    if (grey()) return CV_MAKETYPE(depth, 1);
    const bool alpha = (color_type() & PNG_COLOR_MASK_ALPHA) != 0 || has_transparency_chunk();
    return CV_MAKETYPE(depth, alpha ? 4 : 3);
  }

  /// Reads all pixels, and the rest of the file. `rows` point to rows of pixel_type().
  bool ReadRows(png_bytep* rows) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    ConvertTo(pixel_type());
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    png_read_image(png_, rows);
    png_read_end(png_, end_info_);
    return true;
  }

  /// The chunks to carry over, once all has been read.
  std::vector<Chunk> CarriedChunks() const {
    std::vector<Chunk> carried;
    for (png_infop info : {info_, end_info_}) {
      png_unknown_chunkp chunks = nullptr;
      const int count = png_get_unknown_chunks(png_, info, &chunks);
      for (int i = 0; i < count; ++i) {
        const png_unknown_chunk& chunk = chunks[i];
        Chunk copy = {reinterpret_cast<const char*>(chunk.name),
                      Bytes(chunk.data, chunk.data + chunk.size)};
        if (!IsXmp(copy)) carried.push_back(std::move(copy));
      }
    }
    return carried;
  }

  const char* message() const { return message_.text; }

 private:
  static void Supply(png_structp png, png_bytep target, std::size_t count) {
    auto* reader = static_cast<PngReader*>(png_get_io_ptr(png));
    if (reader->file_.size() - reader->position_ < count) png_error(png, "it ends too early");
    std::memcpy(target, reader->file_.data() + reader->position_, count);
    reader->position_ += count;
  }

  int color_type() const { return png_get_color_type(png_, info_); }

  void ConvertTo(int type) {
    if (MustSwap()) png_set_swap(png_);
    if (grey()) {
      if (png_get_bit_depth(png_, info_) < 8) png_set_expand_gray_1_2_4_to_8(png_);
      return;
    }
    if (CV_MAT_CN(type) == 4) png_set_tRNS_to_alpha(png_);
    if (color_type() == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png_);
    if (color_type() == PNG_COLOR_TYPE_GRAY_ALPHA) {
      png_set_gray_to_rgb(png_);
    } else {
      png_set_bgr(png_);
    }
  }

  const Bytes& file_;
  std::size_t position_ = 0;
  Message message_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  png_infop end_info_ = nullptr;
};

std::vector<png_bytep> RowsOf(cv::Mat* pixels) {
  std::vector<png_bytep> rows;
  for (int y = 0; y < pixels->rows; ++y) rows.push_back(pixels->ptr(y));
  return rows;
}

DecodedImage DecodePng(const Bytes& file) {
  const auto throw_damaged = [](const PngReader& reader) {
    throw Error(ErrorKind::kInput, std::string("damaged or truncated PNG: ") + reader.message());
  };
  PngReader reader(file);
  if (!reader.ReadHeader()) throw_damaged(reader);
  DecodedImage image;
  image.pixels.create(reader.height(), reader.width(), reader.pixel_type());
  if (!reader.ReadRows(RowsOf(&image.pixels).data())) throw_damaged(reader);
  if (reader.grey() && reader.has_transparency_chunk()) {
    image.note = "its transparent colour becomes opaque";
  }
  auto coding = std::make_shared<PngCoding>();
  coding->chunks = reader.CarriedChunks();
  image.source = std::move(coding);
  return image;
}

/// Writes one file.
class PngWriter {
 public:
  PngWriter() {
    png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, &message_, OnError, OnWarning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
  }
  ~PngWriter() { png_destroy_write_struct(&png_, &info_); }
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;

  /// `rows` are those of `pixels`.
  bool Write(const cv::Mat& pixels, png_bytep* rows, const std::vector<Chunk>& chunks) {
    if (png_ == nullptr || info_ == nullptr) return false;
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_write_fn(png_, this, Take, nullptr);
    Configure(pixels);
    png_write_info(png_, info_);
    for (const Chunk& chunk : chunks) {
      png_write_chunk(png_, reinterpret_cast<png_const_bytep>(chunk.type.data()), chunk.data.data(),
                      chunk.data.size());
    }
    png_set_bgr(png_);
    if (MustSwap()) png_set_swap(png_);
    png_write_image(png_, rows);
    png_write_end(png_, info_);
    return true;
  }

  const char* message() const { return message_.text; }
  Bytes TakeFile() { return std::move(file_); }

 private:
  static void Take(png_structp png, png_bytep data, std::size_t count) {
    Bytes* file = &static_cast<PngWriter*>(png_get_io_ptr(png))->file_;
    bool taken = true;
    try {  // no exception may pass through libpng
      file->insert(file->end(), data, data + count);
    } catch (const std::exception&) {
      taken = false;
    }
    if (!taken) png_error(png, "out of memory");
  }

  /// Chooses speed over size. These are OpenCV's default settings and give the same bytes.
  void Configure(const cv::Mat& pixels) {
    constexpr int kBestSpeed = 1;  // zlib's Z_BEST_SPEED and Z_RLE
    constexpr int kRunLengths = 3;
    png_set_filter(png_, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
    png_set_compression_level(png_, kBestSpeed);
    png_set_compression_strategy(png_, kRunLengths);
    const int color = pixels.channels() == 1   ? PNG_COLOR_TYPE_GRAY
                      : pixels.channels() == 3 ? PNG_COLOR_TYPE_RGB
                                               : PNG_COLOR_TYPE_RGB_ALPHA;
    png_set_IHDR(png_, info_, static_cast<png_uint_32>(pixels.cols),
                 static_cast<png_uint_32>(pixels.rows), pixels.depth() == CV_16U ? 16 : 8, color,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  }

  Message message_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  Bytes file_;
};

Bytes EncodePng(const cv::Mat& pixels, const SourceCoding* source, int /*quality*/,
                const RawMetadata& /*metadata*/) {
  const auto* coding = dynamic_cast<const PngCoding*>(source);
  cv::Mat image = pixels;  // libpng does not change them, but asks for pointers that could
  PngWriter writer;
  if (!writer.Write(image, RowsOf(&image).data(),
                    coding != nullptr ? coding->chunks : std::vector<Chunk>())) {
    throw Error(ErrorKind::kOutput, std::string("cannot encode PNG: ") + writer.message());
  }
  return writer.TakeFile();
}

void AppendBig(std::uint32_t value, Bytes* bytes) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes->push_back(static_cast<std::uint8_t>(value >> static_cast<unsigned>(shift)));
  }
}

/// Section 11.3.3.3. Exiv2 gives the profile no name, and libpng then does not read it.
Bytes ProfileChunk(const Bytes& icc) {
  constexpr std::string_view kStart("iCCPICC profile\0\0", 17);  // type, name, compression
  uLongf size = compressBound(icc.size());
  Bytes compressed(size);
  if (compress(compressed.data(), &size, icc.data(), icc.size()) != Z_OK) throw std::bad_alloc();
  compressed.resize(size);
  Bytes chunk;
  AppendBig(static_cast<std::uint32_t>(kStart.size() - 4 + size), &chunk);
  chunk.insert(chunk.end(), kStart.begin(), kStart.end());
  chunk.insert(chunk.end(), compressed.begin(), compressed.end());
  const uLong crc = crc32(0, chunk.data() + 4, static_cast<uInt>(chunk.size() - 4));
  AppendBig(static_cast<std::uint32_t>(crc), &chunk);
  return chunk;
}

/// It must come before the pixels and a palette, so it comes first.
Bytes AddProfile(Bytes file, const Bytes& icc) {
  constexpr std::ptrdiff_t kAfterHeader = 8 + 25;  // the signature and IHDR
  const Bytes chunk = ProfileChunk(icc);
  file.insert(file.begin() + kAfterHeader, chunk.begin(), chunk.end());
  return file;
}

}  // namespace

FormatCodec PngCodec() { return {ProbePng, DecodePng, EncodePng, AddProfile}; }

}  // namespace facedeblur
