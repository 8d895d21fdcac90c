#include "image/jpeg_splice.h"

#include <algorithm>
#include <iterator>
#include <opencv2/imgproc.hpp>

#include "image/jpeg_encoder.h"
#include "image/jpeg_library.h"

namespace facedeblur {
namespace {

/// One JPEG as coefficients.
struct Blocks {
  JpegDecoder decoder;
  jvirt_barray_ptr* coefficients = nullptr;

  bool Read(const Bytes& file) {
    return decoder.ReadHeader(file) && decoder.ReadCoefficients(&coefficients);
  }

  /// One row of a component's blocks. May jump to decoder.errors.on_error.
  JBLOCKROW Row(int component, int row, bool writable) {
    auto* codec = reinterpret_cast<j_common_ptr>(&decoder.codec);
    return (*codec->mem->access_virt_barray)(codec, coefficients[component],
                                             static_cast<JDIMENSION>(row), 1,
                                             writable ? TRUE : FALSE)[0];
  }
};

/// Finds the 8x8 cells of the image in which a pixel differs from the source's known pixels:
/// CV_8U, one entry per cell, 255 where it differs.
cv::Mat ChangedCells(const JpegCoding& source, const cv::Mat& pixels) {
  const cv::Rect known(source.origin, source.pixels.size());
  cv::Mat cells = cv::Mat::zeros((pixels.rows + DCTSIZE - 1) / DCTSIZE,
                                 (pixels.cols + DCTSIZE - 1) / DCTSIZE, CV_8U);
  cv::Mat difference;
  cv::absdiff(source.pixels, pixels(known), difference);
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

/// True when a component's block covers a changed cell. A block of a subsampled component covers
/// several cells.
bool CoversChange(const cv::Mat& cells, int row, int column, int cells_down, int cells_across) {
  for (int y = row * cells_down; y < std::min(cells.rows, (row + 1) * cells_down); ++y) {
    for (int x = column * cells_across; x < std::min(cells.cols, (column + 1) * cells_across);
         ++x) {
      if (cells.at<uchar>(y, x) != 0) return true;
    }
  }
  return false;
}

/// The smallest rectangle of whole MCUs around all changed cells, in pixels; empty without any.
cv::Rect ChangedRegion(const cv::Mat& cells, const jpeg_decompress_struct& codec) {
  const cv::Rect changed = cv::boundingRect(cells);
  if (changed.empty()) return {};
  const int across = codec.max_h_samp_factor;  // cells in an MCU
  const int down = codec.max_v_samp_factor;
  const cv::Point first(changed.x / across * across, changed.y / down * down);
  const cv::Point end((changed.br().x + across - 1) / across * across,
                      (changed.br().y + down - 1) / down * down);
  const cv::Rect image(0, 0, static_cast<int>(codec.image_width),
                       static_cast<int>(codec.image_height));
  return cv::Rect(first * DCTSIZE, end * DCTSIZE) & image;
}

/// Copies the changed blocks of `fresh`, whose first pixel is at `origin` of the image, into
/// `source`.
bool CopyChangedBlocks(const cv::Mat& cells, cv::Point origin, Blocks* fresh, Blocks* source) {
  if (setjmp(source->decoder.errors.on_error) != 0) return false;
  if (setjmp(fresh->decoder.errors.on_error) != 0) return false;
  const jpeg_decompress_struct& codec = source->decoder.codec;
  for (int c = 0; c < codec.num_components; ++c) {
    const jpeg_component_info& info = fresh->decoder.codec.comp_info[c];
    const int across = codec.max_h_samp_factor / info.h_samp_factor;
    const int down = codec.max_v_samp_factor / info.v_samp_factor;
    const int first_row = origin.y / (DCTSIZE * down);
    const int first_column = origin.x / (DCTSIZE * across);
    for (int row = 0; row < static_cast<int>(info.height_in_blocks); ++row) {
      JBLOCKROW target = source->Row(c, first_row + row, /*writable=*/true);
      JBLOCKROW coded = fresh->Row(c, row, /*writable=*/false);
      for (int column = 0; column < static_cast<int>(info.width_in_blocks); ++column) {
        if (!CoversChange(cells, first_row + row, first_column + column, down, across)) continue;
        std::copy(std::begin(coded[column]), std::end(coded[column]),
                  std::begin(target[first_column + column]));
      }
    }
  }
  return true;
}

bool Write(Blocks* source, bool progressive, JpegEncoder* encoder) {
  if (setjmp(source->decoder.errors.on_error) != 0) return false;
  if (setjmp(encoder->errors.on_error) != 0) return false;
  encoder->Create();
  jpeg_compress_struct* codec = &encoder->codec;
  jpeg_copy_critical_parameters(&source->decoder.codec, codec);
  codec->density_unit = source->decoder.codec.density_unit;
  codec->X_density = source->decoder.codec.X_density;
  codec->Y_density = source->decoder.codec.Y_density;
  codec->optimize_coding = TRUE;
  if (progressive) jpeg_simple_progression(codec);
  jpeg_write_coefficients(codec, source->coefficients);
  jpeg_finish_compress(codec);
  return true;
}

/// False for sampling factors that do not divide the largest one (2 and 3, say): their blocks
/// straddle cells.
bool HasSimpleSampling(const jpeg_decompress_struct& codec) {
  for (int c = 0; c < codec.num_components; ++c) {
    if (codec.max_h_samp_factor % codec.comp_info[c].h_samp_factor != 0 ||
        codec.max_v_samp_factor % codec.comp_info[c].v_samp_factor != 0) {
      return false;
    }
  }
  return true;
}

bool HaveSameSampling(const jpeg_decompress_struct& a, const jpeg_decompress_struct& b) {
  if (a.num_components != b.num_components) return false;
  for (int c = 0; c < a.num_components; ++c) {
    if (a.comp_info[c].h_samp_factor != b.comp_info[c].h_samp_factor ||
        a.comp_info[c].v_samp_factor != b.comp_info[c].v_samp_factor) {
      return false;
    }
  }
  return true;
}

/// Encodes the changed part of the image alone and puts its blocks among the source's.
bool SpliceChange(const cv::Mat& pixels, const JpegCoding& coding, Blocks* source) {
  const cv::Mat cells = ChangedCells(coding, pixels);
  const cv::Rect region = ChangedRegion(cells, source->decoder.codec);
  if (region.empty()) return true;
  constexpr int kTablesOfSource = 0;
  const Bytes file = EncodeAllBlocks(pixels(region), coding, kTablesOfSource);
  Blocks fresh;
  return fresh.Read(file) && HaveSameSampling(source->decoder.codec, fresh.decoder.codec) &&
         CopyChangedBlocks(cells, region.tl(), &fresh, source);
}

bool SourceFits(const cv::Mat& pixels, const JpegCoding& coding) {
  const cv::Rect known(coding.origin, coding.pixels.size());
  return coding.reusable && coding.file && coding.pixels.type() == pixels.type() &&
         !known.empty() && (known & cv::Rect(cv::Point(0, 0), pixels.size())) == known;
}

}  // namespace

Bytes EncodeChangedBlocks(const cv::Mat& pixels, const JpegCoding& coding) {
  if (!SourceFits(pixels, coding)) return {};
  Blocks source;
  JpegEncoder encoder;
  if (!source.Read(*coding.file) || !HasSimpleSampling(source.decoder.codec) ||
      !SpliceChange(pixels, coding, &source) || !Write(&source, coding.progressive, &encoder)) {
    return {};
  }
  return encoder.File();
}

}  // namespace facedeblur
