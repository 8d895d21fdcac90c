// JPEG (ITU-T T.81), by libjpeg: OpenCV's reader fills damaged parts with grey, and its writer
// knows nothing of the source.

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>

#include "facedeblur/util/error.h"
#include "image/formats.h"
#include "image/jpeg_coding.h"
#include "image/jpeg_encoder.h"
#include "image/jpeg_library.h"
#include "image/jpeg_splice.h"

namespace facedeblur {
namespace {

/// T.81 Annex B: the header is a row of segments, up to the frame header (SOFn) for one. Gives the
/// place where that segment's content begins.
std::size_t FrameHeader(const ByteView& file) {
  std::size_t at = 2;
  while (true) {
    if (file.U8(at) != 0xFF) file.ThrowDamaged();
    while (file.U8(at) == 0xFF) ++at;  // fill bytes may precede a marker
    const std::uint8_t marker = file.U8(at++);
    const bool frame =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    const std::uint32_t length = file.Big(at, 2);
    if (length < 2 || marker == 0xD9 || marker == 0xDA) file.ThrowDamaged();
    if (frame) return at;
    at += length;
  }
}

/// The frame header holds the size.
ImageSize ProbeJpeg(const ByteView& file) {
  const std::size_t at = FrameHeader(file);
  return {file.Big(at + 5, 2), file.Big(at + 3, 2)};
}

[[noreturn]] void ThrowDamaged(const JpegDecoder& decoder) {
  throw Error(ErrorKind::kInput,
              std::string("damaged or truncated JPEG: ") + decoder.errors.message);
}

/// Does not finish decompression: that would free the tables, which are needed still, and could
/// only complain about the file's end.
bool ReadPixels(JpegDecoder* decoder, cv::Mat* pixels) {
  if (setjmp(decoder->errors.on_error) != 0) return false;
  jpeg_decompress_struct* codec = &decoder->codec;
  jpeg_start_decompress(codec);
  while (codec->output_scanline < codec->output_height) {
    JSAMPROW row = pixels->ptr(static_cast<int>(codec->output_scanline));
    jpeg_read_scanlines(codec, &row, 1);
  }
  return decoder->errors.base.num_warnings == 0;
}

std::shared_ptr<JpegCoding> ReadCoding(const jpeg_decompress_struct& codec) {
  auto coding = std::make_shared<JpegCoding>();
  coding->reusable = codec.jpeg_color_space == JCS_GRAYSCALE || codec.jpeg_color_space == JCS_YCbCr;
  coding->progressive = codec.progressive_mode != FALSE;
  coding->density_unit = codec.density_unit;
  coding->density_x = codec.X_density;
  coding->density_y = codec.Y_density;
  for (int c = 0; c < codec.num_components; ++c) {
    const jpeg_component_info& info = codec.comp_info[c];
    const JQUANT_TBL* table =
        info.quant_table != nullptr ? info.quant_table : codec.quant_tbl_ptrs[info.quant_tbl_no];
    if (table == nullptr) {
      coding->reusable = false;
      continue;
    }
    std::array<std::uint16_t, 64> values{};
    std::copy(std::begin(table->quantval), std::end(table->quantval), values.begin());
    const auto known = std::find(coding->tables.begin(), coding->tables.end(), values);
    const auto index = static_cast<int>(known - coding->tables.begin());
    if (known == coding->tables.end()) coding->tables.push_back(values);
    coding->components.push_back({info.h_samp_factor, info.v_samp_factor, index});
  }
  return coding;
}

/// Photoshop and others store CMYK inverted, 255 for no ink: a colour is what ink and black leave
/// of it.
cv::Mat CmykToBgr(const cv::Mat& cmyk) {
  cv::Mat bgr(cmyk.size(), CV_8UC3);
  for (int y = 0; y < cmyk.rows; ++y) {
    const auto* from = cmyk.ptr<cv::Vec4b>(y);
    auto* to = bgr.ptr<cv::Vec3b>(y);
    for (int x = 0; x < cmyk.cols; ++x) {
      const int black = from[x][3];
      for (int c = 0; c < 3; ++c) {
        to[x][2 - c] = static_cast<uchar>(black - ((255 - from[x][c]) * black >> 8));
      }
    }
  }
  return bgr;
}

/// What phones add to a photo. It follows the photo in the file, and only the photo's XMP tells of
/// it (Ultra HDR Image Format 1.1; Motion Photo format 1.0).
std::string NoteOnCompanions(const Bytes& file) {
  const auto holds = [&, header = FrameHeader(ByteView(file, "JPEG"))](std::string_view text) {
    const auto end = file.begin() + static_cast<std::ptrdiff_t>(header);
    return std::search(file.begin(), end, text.begin(), text.end()) != end;
  };
  std::string note;
  const auto add = [&](const char* what) {
    note += (note.empty() ? "only a copy byte for byte keeps its " : ", ") + std::string(what);
  };
  if (holds("hdrgm:Version") || holds("urn:iso:std:iso:ts:21496")) add("HDR gain map");
  if (holds("MotionPhoto=\"1\"") || holds("MicroVideo=\"1\"")) add("motion video");
  return note;
}

DecodedImage DecodeJpeg(const Bytes& file) {
  JpegDecoder decoder;
  if (!decoder.ReadHeader(file)) ThrowDamaged(decoder);
  const bool grey = decoder.codec.jpeg_color_space == JCS_GRAYSCALE;
  const bool cmyk = decoder.codec.num_components == 4;
  decoder.codec.out_color_space = grey ? JCS_GRAYSCALE : cmyk ? JCS_CMYK : JCS_EXT_BGR;
  DecodedImage image;
  image.pixels.create(static_cast<int>(decoder.codec.image_height),
                      static_cast<int>(decoder.codec.image_width),
                      CV_8UC(grey   ? 1
                             : cmyk ? 4
                                    : 3));
  if (!ReadPixels(&decoder, &image.pixels)) ThrowDamaged(decoder);
  image.note = NoteOnCompanions(file);
  const auto coding = ReadCoding(decoder.codec);
  if (cmyk) {
    image.pixels = CmykToBgr(image.pixels);
    image.profile_fits = false;
    image.note = "its CMYK colours are converted to RGB";
  }
  coding->file = std::make_shared<Bytes>(file);
  coding->pixels = image.pixels;
  image.source = coding;
  return image;
}

/// With quality 0 and the source at hand, blocks in which no pixel changed are taken over.
Bytes EncodeJpeg(const cv::Mat& pixels, const SourceCoding* source, int quality,
                 const RawMetadata& /*metadata*/) {
  CV_Assert(pixels.type() == CV_8UC1 || pixels.type() == CV_8UC3);
  const auto* coding = dynamic_cast<const JpegCoding*>(source);
  if (coding == nullptr) return EncodeAllBlocks(pixels, {}, quality);
  const Bytes spliced = quality == 0 ? EncodeChangedBlocks(pixels, *coding) : Bytes();
  return spliced.empty() ? EncodeAllBlocks(pixels, *coding, quality) : spliced;
}

}  // namespace

FormatCodec JpegCodec() { return {ProbeJpeg, DecodeJpeg, EncodeJpeg}; }

}  // namespace facedeblur
