#pragma once

#include <libheif/heif.h>

#include <memory>
#include <string>

#include "facedeblur/image/image.h"
#include "image/byte_view.h"
#include "image/formats.h"

// HEIC and AVIF: HEIF containers (ISO/IEC 23008-12) with an HEVC or an AV1 image, by libheif.
namespace facedeblur {

/// In what HEIC and AVIF differ.
struct HeifKind {
  const char* name;
  heif_compression_format compression;
  heif_chroma usual_chroma;  ///< sampling of lossy files whose source was none of these formats
  const char* decoder_package;
  const char* encoder_package;
};

/// What encoding again needs to know of a file.
struct HeifCoding : SourceCoding {
  /// Neither format tells without its codec's bit stream; nearly all files are lossy.
  bool lossy() const override { return true; }
  bool ColoursFit(ImageFormat format) const override {
    return described || format == ImageFormat::kHeic || format == ImageFormat::kAvif;
  }
  bool MustDivideByAlpha(ImageFormat format) const override {
    return premultiplied_alpha && format != ImageFormat::kHeic && format != ImageFormat::kAvif;
  }
  std::string colours() const override {
    return "CICP " + std::to_string(nclx->color_primaries) + "/" +
           std::to_string(nclx->transfer_characteristics);
  }

  int bits = 8;  ///< per sample
  heif_chroma chroma = heif_chroma_420;
  bool premultiplied_alpha = false;
  std::shared_ptr<const heif_color_profile_nclx> nclx;  ///< null: none
  bool described = true;  ///< there is an ICC profile, or the colours are those assumed without
};

// As the functions of FormatCodec, for one kind.

ImageSize ProbeHeif(const ByteView& file, const HeifKind& kind);
DecodedImage DecodeHeif(const Bytes& bytes, const HeifKind& kind);
Bytes EncodeHeif(const cv::Mat& pixels, const SourceCoding* source, int quality,
                 const RawMetadata& metadata, const HeifKind& kind);

}  // namespace facedeblur
