#pragma once

#include <cstdint>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "facedeblur/image/format.h"
#include "facedeblur/image/image.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "image/byte_view.h"

namespace facedeblur {

/// Width and height as a header gives them, not checked yet.
struct ImageSize {
  std::int64_t width = 0;
  std::int64_t height = 0;
};

/// What a format's decoder gives.
struct DecodedImage {
  /// As stored (the EXIF orientation is not applied); otherwise as in Image.
  cv::Mat pixels;
  /// Of formats that hold it kByCodec only.
  RawMetadata metadata;
  std::shared_ptr<SourceCoding> source;  ///< null when there is nothing to remember
  /// False when the pixels were converted to a colour model that the ICC profile does not describe.
  bool profile_fits = true;
  std::string note;  ///< what was lost in decoding, for the user; empty: nothing
};

/// How the files of one format are read and written.
struct FormatCodec {
  /// Reads the header, and checks that the file is as long as its structure says.
  /// Throws Error(kInput).
  ImageSize (*probe)(const ByteView& file);

  /// Decodes a file that `probe` accepted. Throws Error(kInput).
  DecodedImage (*decode)(const Bytes& file);

  /// Encodes pixels whose depth and channels the format can hold. `source` may be of any format,
  /// or null; `quality` is as in EncodeOptions; `metadata` is empty unless the format holds it
  /// kByCodec or kByBoth. Throws Error(kOutput).
  Bytes (*encode)(const cv::Mat& pixels, const SourceCoding* source, int quality,
                  const RawMetadata& metadata);

  /// Puts an ICC profile into an encoded file without one. Null where Exiv2 does that, or `encode`.
  /// Throws Error(kOutput).
  Bytes (*add_profile)(Bytes file, const Bytes& icc) = nullptr;
};

enum class HoldsMetadata {
  kNo,
  kByExiv2,  ///< Exiv2 reads it from the file, and puts it into the encoded file
  kByBoth,   ///< Exiv2 reads it from the file, and the codec takes it in `encode`
  kByCodec,  ///< the codec hands it over as DecodedImage::metadata, and takes it in `encode`
};

/// What a format can hold.
struct FormatHolds {
  HoldsMetadata metadata = HoldsMetadata::kNo;
  bool alpha = false;
  bool sixteen_bits = false;
};

/// One row of the table of formats.
struct FormatRow {
  ImageFormat format;
  const char* name;
  std::vector<const char*> extensions;  ///< in lower case; the first is the usual one
  /// The first bytes of a file, one of these. '?' stands for any byte, ' ' for any white space.
  std::vector<std::string_view> magics;
  FormatHolds holds;
  /// An optional library that the codec needs; null for those that are always there.
  const char* library;
  int memory;         ///< as CodecMemory()
  FormatCodec codec;  ///< null functions when this was built without the library
};

/// The table of formats, the only place that lists them.
const std::vector<FormatRow>& Formats();

/// The row of a format.
const FormatRow& RowOf(ImageFormat format);

/// Likewise, to decode (kInput) or to encode (kOutput). Throws Error(kind) when this was built
/// without the library that the codec needs.
const FormatRow& UsableRowOf(ImageFormat format, ErrorKind kind);

}  // namespace facedeblur
