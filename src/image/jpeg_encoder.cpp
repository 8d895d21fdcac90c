#include "image/jpeg_encoder.h"

#include <algorithm>
#include <string>

#include "facedeblur/util/error.h"
#include "image/jpeg_library.h"

namespace facedeblur {
namespace {

/// Takes over the source's sampling, and its tables if they are wanted. Possible when the source
/// had as many components.
bool ApplySource(jpeg_compress_struct* codec, const JpegCoding& source, bool with_tables) {
  if (!source.reusable || static_cast<int>(source.components.size()) != codec->num_components) {
    return false;
  }
  for (int c = 0; c < codec->num_components; ++c) {
    const auto& component = source.components[static_cast<std::size_t>(c)];
    codec->comp_info[c].h_samp_factor = component.horizontal_sampling;
    codec->comp_info[c].v_samp_factor = component.vertical_sampling;
    if (with_tables) codec->comp_info[c].quant_tbl_no = component.table;
  }
  for (std::size_t t = 0; with_tables && t < source.tables.size(); ++t) {
    unsigned int values[64];
    std::copy(source.tables[t].begin(), source.tables[t].end(), values);
    jpeg_add_quant_table(codec, static_cast<int>(t), values, 100, FALSE);
  }
  return true;
}

void Configure(jpeg_compress_struct* codec, const JpegCoding& source, int quality) {
  constexpr int kDefaultQuality = 95;
  jpeg_set_defaults(codec);
  jpeg_set_quality(codec, quality > 0 ? quality : kDefaultQuality, TRUE);
  if (!ApplySource(codec, source, quality == 0)) {
    for (int c = 0; c < codec->num_components; ++c) {
      codec->comp_info[c].h_samp_factor = codec->comp_info[c].v_samp_factor = 1;
    }
  }
  codec->density_unit = static_cast<UINT8>(source.density_unit);
  codec->X_density = static_cast<UINT16>(source.density_x);
  codec->Y_density = static_cast<UINT16>(source.density_y);
  codec->optimize_coding = TRUE;
  if (source.progressive) jpeg_simple_progression(codec);
}

bool WritePixels(JpegEncoder* encoder, const cv::Mat& pixels, const JpegCoding& source,
                 int quality) {
  if (setjmp(encoder->errors.on_error) != 0) return false;
  encoder->Create();
  jpeg_compress_struct* codec = &encoder->codec;
  codec->image_width = static_cast<JDIMENSION>(pixels.cols);
  codec->image_height = static_cast<JDIMENSION>(pixels.rows);
  codec->input_components = pixels.channels();
  codec->in_color_space = pixels.channels() == 1 ? JCS_GRAYSCALE : JCS_EXT_BGR;
  Configure(codec, source, quality);
  jpeg_start_compress(codec, TRUE);
  while (codec->next_scanline < codec->image_height) {
    auto* row = const_cast<JSAMPROW>(pixels.ptr(static_cast<int>(codec->next_scanline)));
    jpeg_write_scanlines(codec, &row, 1);
  }
  jpeg_finish_compress(codec);
  return true;
}

}  // namespace

Bytes EncodeAllBlocks(const cv::Mat& pixels, const JpegCoding& source, int quality) {
  JpegEncoder encoder;
  if (!WritePixels(&encoder, pixels, source, quality)) {
    throw Error(ErrorKind::kOutput, std::string("cannot encode JPEG: ") + encoder.errors.message);
  }
  return encoder.File();
}

}  // namespace facedeblur
