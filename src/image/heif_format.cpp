#include "image/formats.h"
#include "image/heif_coding.h"

namespace facedeblur {
namespace {

// Phones decode HEVC with 4:2:0 alone.
constexpr HeifKind kHeic = {"HEIC", heif_compression_HEVC, heif_chroma_420,
                            "libheif-plugin-libde265", "libheif-plugin-x265"};
constexpr HeifKind kAvif = {"AVIF", heif_compression_AV1, heif_chroma_444, "libheif-plugin-dav1d",
                            "libheif-plugin-aomenc"};

template <const HeifKind& kind>
FormatCodec CodecOf() {
  return {[](const ByteView& file) { return ProbeHeif(file, kind); },
          [](const Bytes& bytes) { return DecodeHeif(bytes, kind); },
          [](const cv::Mat& pixels, const SourceCoding* source, int quality,
             const RawMetadata& metadata) {
            return EncodeHeif(pixels, source, quality, metadata, kind);
          }};
}

}  // namespace

FormatCodec HeicCodec() { return CodecOf<kHeic>(); }

FormatCodec AvifCodec() { return CodecOf<kAvif>(); }

}  // namespace facedeblur
