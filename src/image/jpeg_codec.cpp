#include "image/jpeg_codec.h"

#include <csetjmp>
#include <cstdio>  // jpeglib.h needs it first
//
#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

/// libjpeg reports fatal errors through a callback that must not return; longjmp is its documented
/// way out. Only plain data lives between setjmp and the calls that may jump.
struct ErrorManager {
  jpeg_error_mgr base;
  std::jmp_buf on_error;
  char message[JMSG_LENGTH_MAX];
};

void OnFatal(j_common_ptr codec) {
  auto* manager = reinterpret_cast<ErrorManager*>(codec->err);
  (*codec->err->format_message)(codec, manager->message);
  std::longjmp(manager->on_error, 1);
}

/// The warnings that mean libjpeg made up pixels; others (stray bytes, odd versions) are harmless.
bool MeansDamage(int message_code) {
  return message_code == JWRN_HIT_MARKER || message_code == JWRN_JPEG_EOF ||
         message_code == JWRN_HUFF_BAD_CODE || message_code == JWRN_MUST_RESYNC ||
         message_code == JWRN_BOGUS_PROGRESSION;
}

/// Counts damage and keeps the first message about it.
void OnMessage(j_common_ptr codec, int level) {
  auto* manager = reinterpret_cast<ErrorManager*>(codec->err);
  if (level >= 0 || !MeansDamage(manager->base.msg_code)) return;
  if (manager->base.num_warnings++ == 0) {
    (*codec->err->format_message)(codec, manager->message);
  }
}

void InitErrors(ErrorManager* manager) {
  jpeg_std_error(&manager->base);
  manager->base.error_exit = OnFatal;
  manager->base.emit_message = OnMessage;
  manager->message[0] = '\0';
}

struct Decoder {
  jpeg_decompress_struct codec{};
  ErrorManager errors{};

  Decoder() {
    InitErrors(&errors);
    codec.err = &errors.base;
  }
  ~Decoder() { jpeg_destroy_decompress(&codec); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
};

/// Where libjpeg writes: memory whose address is right at every moment. (jpeg_mem_dest tells its
/// address only at the end, so that after an error nobody can free it.)
struct Destination {
  jpeg_destination_mgr base{};
  unsigned char* data = nullptr;
  std::size_t capacity = 0;

  Destination() = default;
  ~Destination() { std::free(data); }
  Destination(const Destination&) = delete;
  Destination& operator=(const Destination&) = delete;

  std::size_t size() const { return capacity - base.free_in_buffer; }
};

void GrowDestination(j_compress_ptr codec) {
  auto* destination = reinterpret_cast<Destination*>(codec->dest);
  const std::size_t used = destination->capacity;
  const std::size_t capacity = used == 0 ? 1 << 16 : 2 * used;
  void* grown = std::realloc(destination->data, capacity);
  if (grown == nullptr) ERREXIT1(codec, JERR_OUT_OF_MEMORY, 0);
  destination->data = static_cast<unsigned char*>(grown);
  destination->capacity = capacity;
  destination->base.next_output_byte = destination->data + used;
  destination->base.free_in_buffer = capacity - used;
}

boolean OnFull(j_compress_ptr codec) {
  GrowDestination(codec);
  return TRUE;
}

void OnDone(j_compress_ptr /*codec*/) {}

struct Encoder {
  jpeg_compress_struct codec{};
  ErrorManager errors{};
  Destination destination;

  Encoder() {
    InitErrors(&errors);
    codec.err = &errors.base;
    destination.base.init_destination = GrowDestination;
    destination.base.empty_output_buffer = OnFull;
    destination.base.term_destination = OnDone;
  }
  ~Encoder() { jpeg_destroy_compress(&codec); }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  Bytes TakeBytes() const { return {destination.data, destination.data + destination.size()}; }
};

bool ReadHeader(Decoder* decoder, const Bytes& bytes) {
  if (setjmp(decoder->errors.on_error) != 0) return false;
  jpeg_create_decompress(&decoder->codec);
  jpeg_mem_src(&decoder->codec, bytes.data(), bytes.size());
  jpeg_read_header(&decoder->codec, TRUE);
  return true;
}

bool ReadPixels(Decoder* decoder, unsigned char* rows, std::size_t stride) {
  if (setjmp(decoder->errors.on_error) != 0) return false;
  jpeg_start_decompress(&decoder->codec);
  while (decoder->codec.output_scanline < decoder->codec.output_height) {
    JSAMPROW row = rows + stride * decoder->codec.output_scanline;
    jpeg_read_scanlines(&decoder->codec, &row, 1);
  }
  return true;  // not finished: that would free the tables, and could only complain about the end
}

[[noreturn]] void ThrowDamaged(const Decoder& decoder) {
  throw Error(ErrorKind::kInput,
              std::string("damaged or truncated JPEG: ") + decoder.errors.message);
}

JpegTraits ReadTraits(const jpeg_decompress_struct& codec) {
  JpegTraits traits;
  traits.reusable = codec.jpeg_color_space == JCS_GRAYSCALE || codec.jpeg_color_space == JCS_YCbCr;
  traits.progressive = codec.progressive_mode != FALSE;
  traits.density_unit = codec.density_unit;
  traits.density_x = codec.X_density;
  traits.density_y = codec.Y_density;
  for (int c = 0; c < codec.num_components; ++c) {
    const jpeg_component_info& info = codec.comp_info[c];
    const JQUANT_TBL* table =
        info.quant_table != nullptr ? info.quant_table : codec.quant_tbl_ptrs[info.quant_tbl_no];
    if (table == nullptr) {
      traits.reusable = false;
      continue;
    }
    std::array<std::uint16_t, 64> values{};
    std::copy(std::begin(table->quantval), std::end(table->quantval), values.begin());
    const auto known = std::find(traits.tables.begin(), traits.tables.end(), values);
    const auto index = static_cast<int>(known - traits.tables.begin());
    if (known == traits.tables.end()) traits.tables.push_back(values);
    traits.components.push_back({info.h_samp_factor, info.v_samp_factor, index});
  }
  return traits;
}

/// Takes over the source's tables and sampling; they fit when it had as many components.
bool ApplyTraits(jpeg_compress_struct* codec, const JpegTraits& traits, bool with_tables) {
  if (!traits.reusable || static_cast<int>(traits.components.size()) != codec->num_components) {
    return false;
  }
  for (int c = 0; c < codec->num_components; ++c) {
    const auto& source = traits.components[static_cast<std::size_t>(c)];
    codec->comp_info[c].h_samp_factor = source.horizontal_sampling;
    codec->comp_info[c].v_samp_factor = source.vertical_sampling;
    if (with_tables) codec->comp_info[c].quant_tbl_no = source.table;
  }
  for (std::size_t t = 0; with_tables && t < traits.tables.size(); ++t) {
    unsigned int values[64];
    std::copy(traits.tables[t].begin(), traits.tables[t].end(), values);
    jpeg_add_quant_table(codec, static_cast<int>(t), values, 100, FALSE);
  }
  return true;
}

void Configure(jpeg_compress_struct* codec, const JpegEncoding& encoding) {
  const JpegTraits& traits = encoding.traits;
  constexpr int kDefaultQuality = 95;
  jpeg_set_defaults(codec);
  jpeg_set_quality(codec, encoding.quality > 0 ? encoding.quality : kDefaultQuality, TRUE);
  if (!ApplyTraits(codec, traits, encoding.quality == 0)) {
    for (int c = 0; c < codec->num_components; ++c) {
      codec->comp_info[c].h_samp_factor = codec->comp_info[c].v_samp_factor = 1;
    }
  }
  codec->density_unit = static_cast<UINT8>(traits.density_unit);
  codec->X_density = static_cast<UINT16>(traits.density_x);
  codec->Y_density = static_cast<UINT16>(traits.density_y);
  codec->optimize_coding = TRUE;
  if (traits.progressive) jpeg_simple_progression(codec);
}

bool Write(Encoder* encoder, const unsigned char* rows, std::size_t stride, int width, int height,
           int channels, const JpegEncoding& encoding) {
  if (setjmp(encoder->errors.on_error) != 0) return false;
  jpeg_create_compress(&encoder->codec);
  encoder->codec.dest = &encoder->destination.base;
  encoder->codec.image_width = static_cast<JDIMENSION>(width);
  encoder->codec.image_height = static_cast<JDIMENSION>(height);
  encoder->codec.input_components = channels;
  encoder->codec.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_EXT_BGR;
  Configure(&encoder->codec, encoding);
  jpeg_start_compress(&encoder->codec, TRUE);
  while (encoder->codec.next_scanline < encoder->codec.image_height) {
    auto* row = const_cast<JSAMPROW>(rows + stride * encoder->codec.next_scanline);
    jpeg_write_scanlines(&encoder->codec, &row, 1);
  }
  jpeg_finish_compress(&encoder->codec);
  return true;
}

/// OpenCV knows the inverted CMYK that Adobe's programs write.
cv::Mat DecodeCmyk(const Bytes& bytes) {
  return cv::imdecode(bytes, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
}

}  // namespace

cv::Mat DecodeJpeg(const Bytes& bytes, JpegTraits* traits) {
  Decoder decoder;
  if (!ReadHeader(&decoder, bytes)) ThrowDamaged(decoder);
  *traits = {};
  const bool grey = decoder.codec.jpeg_color_space == JCS_GRAYSCALE;
  const bool four_components = decoder.codec.num_components == 4;
  decoder.codec.out_color_space = grey ? JCS_GRAYSCALE : four_components ? JCS_CMYK : JCS_EXT_BGR;
  const int channels = grey ? 1 : four_components ? 4 : 3;
  cv::Mat pixels(static_cast<int>(decoder.codec.image_height),
                 static_cast<int>(decoder.codec.image_width), CV_8UC(channels));
  if (!ReadPixels(&decoder, pixels.data, pixels.step)) ThrowDamaged(decoder);
  if (decoder.errors.base.num_warnings > 0) ThrowDamaged(decoder);
  *traits = ReadTraits(decoder.codec);
  return four_components ? DecodeCmyk(bytes) : pixels;
}

namespace {

Bytes EncodeAllBlocks(const cv::Mat& pixels, const JpegEncoding& encoding) {
  Encoder encoder;
  if (!Write(&encoder, pixels.data, pixels.step, pixels.cols, pixels.rows, pixels.channels(),
             encoding)) {
    throw Error(ErrorKind::kOutput, std::string("cannot encode JPEG: ") + encoder.errors.message);
  }
  return encoder.TakeBytes();
}

bool ReadCoefficients(Decoder* decoder, jvirt_barray_ptr** coefficients) {
  if (setjmp(decoder->errors.on_error) != 0) return false;
  *coefficients = jpeg_read_coefficients(&decoder->codec);
  return decoder->errors.base.num_warnings == 0;
}

/// Which 8x8 cells of the picture hold a pixel that differs from the source, of which
/// some are known: CV_8U, 0 or 255, one entry a cell.
cv::Mat ChangedCells(const JpegTraits& traits, const cv::Mat& pixels) {
  const cv::Rect known(traits.source_origin, traits.source_pixels.size());
  cv::Mat cells = cv::Mat::zeros((pixels.rows + DCTSIZE - 1) / DCTSIZE,
                                 (pixels.cols + DCTSIZE - 1) / DCTSIZE, CV_8U);
  cv::Mat difference;
  cv::absdiff(traits.source_pixels, pixels(known), difference);
  cv::Mat changed;
  cv::reduce(difference.reshape(1, static_cast<int>(difference.total())), changed, 1,
             cv::REDUCE_MAX);
  changed = changed.reshape(1, known.height);
  for (int y = known.y / DCTSIZE; y * DCTSIZE < known.br().y; ++y) {
    for (int x = known.x / DCTSIZE; x * DCTSIZE < known.br().x; ++x) {
      const cv::Rect cell = cv::Rect(x * DCTSIZE, y * DCTSIZE, DCTSIZE, DCTSIZE) & known;
      if (cv::countNonZero(changed(cell - known.tl())) > 0) cells.at<uchar>(y, x) = 255;
    }
  }
  return cells;
}

/// True when a component's block reaches over a changed cell; a subsampled one reaches over
/// several.
bool TouchesChange(const cv::Mat& cells, int row, int column, int cells_down, int cells_across) {
  for (int y = row * cells_down; y < std::min(cells.rows, (row + 1) * cells_down); ++y) {
    for (int x = column * cells_across; x < std::min(cells.cols, (column + 1) * cells_across);
         ++x) {
      if (cells.at<uchar>(y, x) != 0) return true;
    }
  }
  return false;
}

/// The smallest rectangle of whole MCUs around all changed cells, pixels; empty without any.
cv::Rect ChangedRegion(const cv::Mat& cells, const jpeg_decompress_struct& codec) {
  const cv::Rect changed = cv::boundingRect(cells);
  if (changed.empty()) return {};
  const int across = codec.max_h_samp_factor;  // cells
  const int down = codec.max_v_samp_factor;
  const cv::Point first(changed.x / across * across, changed.y / down * down);
  const cv::Point end((changed.br().x + across - 1) / across * across,
                      (changed.br().y + down - 1) / down * down);
  const cv::Rect picture(0, 0, static_cast<int>(codec.image_width),
                         static_cast<int>(codec.image_height));
  return cv::Rect(first * DCTSIZE, end * DCTSIZE) & picture;
}

/// Copies the changed blocks of `fresh`, which codes the picture from `origin` on, into the
/// coefficients of `source`.
bool TakeChangedBlocks(Decoder* source, jvirt_barray_ptr* into, Decoder* fresh,
                       jvirt_barray_ptr* from, const cv::Mat& cells, cv::Point origin) {
  if (setjmp(source->errors.on_error) != 0) return false;
  if (setjmp(fresh->errors.on_error) != 0) return false;
  auto* source_codec = reinterpret_cast<j_common_ptr>(&source->codec);
  auto* fresh_codec = reinterpret_cast<j_common_ptr>(&fresh->codec);
  for (int c = 0; c < source->codec.num_components; ++c) {
    const jpeg_component_info& info = fresh->codec.comp_info[c];
    const int across = source->codec.max_h_samp_factor / info.h_samp_factor;
    const int down = source->codec.max_v_samp_factor / info.v_samp_factor;
    const int first_row = origin.y / (DCTSIZE * down);
    const int first_column = origin.x / (DCTSIZE * across);
    for (int row = 0; row < static_cast<int>(info.height_in_blocks); ++row) {
      JBLOCKARRAY target = (*source_codec->mem->access_virt_barray)(
          source_codec, into[c], static_cast<JDIMENSION>(first_row + row), 1, TRUE);
      JBLOCKARRAY coded = (*fresh_codec->mem->access_virt_barray)(
          fresh_codec, from[c], static_cast<JDIMENSION>(row), 1, FALSE);
      for (int column = 0; column < static_cast<int>(info.width_in_blocks); ++column) {
        if (!TouchesChange(cells, first_row + row, first_column + column, down, across)) continue;
        std::copy(std::begin(coded[0][column]), std::end(coded[0][column]),
                  std::begin(target[0][first_column + column]));
      }
    }
  }
  return true;
}

bool WriteCoefficients(Encoder* encoder, Decoder* source, jvirt_barray_ptr* coefficients,
                       bool progressive) {
  if (setjmp(source->errors.on_error) != 0) return false;
  if (setjmp(encoder->errors.on_error) != 0) return false;
  jpeg_create_compress(&encoder->codec);
  encoder->codec.dest = &encoder->destination.base;
  jpeg_copy_critical_parameters(&source->codec, &encoder->codec);
  encoder->codec.density_unit = source->codec.density_unit;
  encoder->codec.X_density = source->codec.X_density;
  encoder->codec.Y_density = source->codec.Y_density;
  encoder->codec.optimize_coding = TRUE;
  if (progressive) jpeg_simple_progression(&encoder->codec);
  jpeg_write_coefficients(&encoder->codec, coefficients);
  jpeg_finish_compress(&encoder->codec);
  return true;
}

/// Factors that do not divide the largest one (3 and 2, say) make blocks that straddle cells.
bool HasSimpleSampling(const jpeg_decompress_struct& codec) {
  for (int c = 0; c < codec.num_components; ++c) {
    if (codec.max_h_samp_factor % codec.comp_info[c].h_samp_factor != 0 ||
        codec.max_v_samp_factor % codec.comp_info[c].v_samp_factor != 0) {
      return false;
    }
  }
  return true;
}

bool SameSampling(const jpeg_decompress_struct& a, const jpeg_decompress_struct& b) {
  for (int c = 0; c < a.num_components; ++c) {
    if (a.comp_info[c].h_samp_factor != b.comp_info[c].h_samp_factor ||
        a.comp_info[c].v_samp_factor != b.comp_info[c].v_samp_factor) {
      return false;
    }
  }
  return a.num_components == b.num_components;
}

/// Codes the changed part of the picture alone and puts its blocks among the source's.
bool SpliceChangedBlocks(const cv::Mat& pixels, const JpegEncoding& encoding, Decoder* source,
                         jvirt_barray_ptr* blocks) {
  const cv::Mat cells = ChangedCells(encoding.traits, pixels);
  const cv::Rect region = ChangedRegion(cells, source->codec);
  if (region.empty()) return true;
  const Bytes file = EncodeAllBlocks(pixels(region), encoding);
  Decoder fresh;
  jvirt_barray_ptr* fresh_blocks = nullptr;
  return ReadHeader(&fresh, file) && ReadCoefficients(&fresh, &fresh_blocks) &&
         SameSampling(source->codec, fresh.codec) &&
         TakeChangedBlocks(source, blocks, &fresh, fresh_blocks, cells, region.tl());
}

/// The source with its changed blocks coded anew. Empty where that cannot be done.
Bytes EncodeChangedBlocks(const cv::Mat& pixels, const JpegEncoding& encoding) {
  Decoder source;
  jvirt_barray_ptr* blocks = nullptr;
  Encoder encoder;
  if (!ReadHeader(&source, *encoding.traits.source) || !ReadCoefficients(&source, &blocks) ||
      !HasSimpleSampling(source.codec) || !SpliceChangedBlocks(pixels, encoding, &source, blocks) ||
      !WriteCoefficients(&encoder, &source, blocks, encoding.traits.progressive)) {
    return {};
  }
  return encoder.TakeBytes();
}

}  // namespace

Bytes EncodeJpeg(const cv::Mat& pixels, const JpegEncoding& encoding) {
  CV_Assert(pixels.type() == CV_8UC1 || pixels.type() == CV_8UC3);
  const JpegTraits& traits = encoding.traits;
  const cv::Rect known(traits.source_origin, traits.source_pixels.size());
  const bool source_fits = encoding.quality == 0 && traits.reusable && traits.source &&
                           traits.source_pixels.type() == pixels.type() && !known.empty() &&
                           (known & cv::Rect(cv::Point(0, 0), pixels.size())) == known;
  const Bytes spliced = source_fits ? EncodeChangedBlocks(pixels, encoding) : Bytes();
  return spliced.empty() ? EncodeAllBlocks(pixels, encoding) : spliced;
}

}  // namespace facedeblur
