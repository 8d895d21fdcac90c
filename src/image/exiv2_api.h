#pragma once

#include <cstddef>
#include <cstdint>
#include <exiv2/exiv2.hpp>

#include "facedeblur/util/file_io.h"

namespace facedeblur {

// The calls in which Exiv2 0.27 and 0.28 differ. All throw what Exiv2 throws.

#if EXIV2_TEST_VERSION(0, 28, 0)

using Exiv2Size = std::size_t;
using ExifParserSize = std::size_t;
using Exiv2Image = Exiv2::Image::UniquePtr;

inline std::int64_t ToInteger(const Exiv2::Exifdatum& entry) { return entry.toInt64(); }

/// Empty when there is none.
inline Bytes GetIccProfile(Exiv2::Image& image) {
  if (!image.iccProfileDefined()) return {};
  const Exiv2::DataBuf& profile = image.iccProfile();
  return {profile.c_data(), profile.c_data() + profile.size()};
}

inline void SetIccProfile(const Bytes& profile, Exiv2::Image* image) {
  image->setIccProfile(Exiv2::DataBuf(profile.data(), profile.size()));
}

#else

using Exiv2Size = long;
using ExifParserSize = std::uint32_t;
using Exiv2Image = Exiv2::Image::AutoPtr;

inline std::int64_t ToInteger(const Exiv2::Exifdatum& entry) { return entry.toLong(); }

/// Empty when there is none.
inline Bytes GetIccProfile(Exiv2::Image& image) {
  if (!image.iccProfileDefined()) return {};
  const Exiv2::DataBuf* profile = image.iccProfile();
  return {profile->pData_, profile->pData_ + profile->size_};
}

inline void SetIccProfile(const Bytes& profile, Exiv2::Image* image) {
  Exiv2::DataBuf copy(profile.data(), static_cast<long>(profile.size()));
  image->setIccProfile(copy);
}

#endif

/// EXIF data from a TIFF structure, and a TIFF structure from EXIF data; empty from empty.
inline Exiv2::ExifData DecodeExif(const Bytes& tiff) {
  Exiv2::ExifData exif;
  if (tiff.empty()) return exif;
  Exiv2::ExifParser::decode(exif, tiff.data(), static_cast<ExifParserSize>(tiff.size()));
  return exif;
}

/// May change `exif`, as Exiv2 0.28 does when it encodes.
inline Bytes EncodeExif(Exiv2::ExifData* exif) {
  Exiv2::Blob tiff;
  if (!exif->empty()) Exiv2::ExifParser::encode(tiff, Exiv2::littleEndian, *exif);
  return {tiff.begin(), tiff.end()};
}

/// Opens a file held in memory, which must outlive the result, and reads its metadata.
inline Exiv2Image OpenWithExiv2(const Bytes& file) {
  Exiv2Image image = Exiv2::ImageFactory::open(file.data(), static_cast<Exiv2Size>(file.size()));
  image->readMetadata();
  return image;
}

/// The whole file as it is after writeMetadata().
inline Bytes FileOf(Exiv2::Image* image) {
  Exiv2::BasicIo& io = image->io();
  Bytes bytes(static_cast<std::size_t>(io.size()));
  const auto size = static_cast<Exiv2Size>(bytes.size());
  if (io.open() != 0 || io.read(bytes.data(), size) != size) {
    throw Exiv2::Error(Exiv2::ErrorCode::kerFailedToReadImageData);
  }
  return bytes;
}

}  // namespace facedeblur
