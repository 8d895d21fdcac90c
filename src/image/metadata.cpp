#include "facedeblur/image/metadata.h"

#include <exiv2/exiv2.hpp>
#include <mutex>
#include <utility>

#include "facedeblur/image/format.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/version.h"

namespace facedeblur {

struct Metadata::Content {
  Exiv2::ExifData exif;
  Exiv2::XmpData xmp;
  Exiv2::IptcData iptc;
  Bytes icc;
  std::string comment;
};

namespace {

/// Exiv2's XMP toolkit keeps global state, so calls into it go one at a time. They are short: no
/// pixels are touched.
std::mutex& Exiv2Mutex() {
  static std::mutex mutex;
  static const bool initialized = [] {
    Exiv2::LogMsg::setLevel(Exiv2::LogMsg::mute);
    return Exiv2::XmpParser::initialize();
  }();
  (void)initialized;
  return mutex;
}

bool CanHoldMetadata(const Bytes& file) {
  const auto format = FormatFromContent(file);
  return format == ImageFormat::kJpeg || format == ImageFormat::kPng ||
         format == ImageFormat::kTiff || format == ImageFormat::kWebp;
}

/// Exiv2 signals errors with two exception types, neither of them documented per call.
template <typename Function>
void CallExiv2(ErrorKind kind, const char* what, const Function& function) {
  const std::lock_guard<std::mutex> lock(Exiv2Mutex());
  try {
    function();
  } catch (const std::exception& error) {
    throw Error(kind, std::string(what) + ": " + DescribeException(error));
  }
}

void SetIfPresent(Exiv2::ExifData* exif, const char* key, int value) {
  if (exif->findKey(Exiv2::ExifKey(key)) != exif->end()) {
    (*exif)[key] = static_cast<std::uint32_t>(value);
  }
}

}  // namespace

Metadata::Metadata() : content_(std::make_shared<Content>()) {}

Metadata Metadata::Read(const Bytes& file) {
  Metadata metadata;
  if (!CanHoldMetadata(file)) return metadata;
  auto content = std::make_shared<Content>();
  CallExiv2(ErrorKind::kInput, "damaged metadata", [&] {
    const auto image = Exiv2::ImageFactory::open(file.data(), static_cast<long>(file.size()));
    image->readMetadata();
    content->exif = image->exifData();
    content->xmp = image->xmpData();
    content->iptc = image->iptcData();
    content->comment = image->comment();
    if (image->iccProfileDefined()) {
      const Exiv2::DataBuf* icc = image->iccProfile();
      content->icc.assign(icc->pData_, icc->pData_ + icc->size_);
    }
  });
  metadata.content_ = std::move(content);
  return metadata;
}

bool Metadata::empty() const {
  return content_->exif.empty() && content_->xmp.empty() && content_->iptc.empty() &&
         content_->icc.empty() && content_->comment.empty();
}

int Metadata::orientation() const {
  const auto entry = content_->exif.findKey(Exiv2::ExifKey("Exif.Image.Orientation"));
  if (entry == content_->exif.end() || entry->count() == 0) return 1;
  const long value = entry->toLong();
  return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

Metadata Metadata::WithoutIcc() const {
  auto content = std::make_shared<Content>(*content_);
  content->icc.clear();
  Metadata copy;
  copy.content_ = std::move(content);
  return copy;
}

namespace {

/// EXIF fields that describe the pixels must describe the new ones.
Exiv2::ExifData UpdatedExif(Exiv2::ExifData exif, const Metadata::Pixels& pixels, bool tiff) {
  if (exif.empty()) return exif;
  Exiv2::ExifThumb(exif).erase();
  SetIfPresent(&exif, "Exif.Image.Orientation", 1);
  SetIfPresent(&exif, "Exif.Photo.PixelXDimension", pixels.width);
  SetIfPresent(&exif, "Exif.Photo.PixelYDimension", pixels.height);
  // In a TIFF it would stand among the picture's own tags, where libtiff does not know it.
  if (!tiff) exif["Exif.Image.ProcessingSoftware"] = std::string("facedeblur ") + Version();
  return exif;
}

Exiv2::XmpData UpdatedXmp(Exiv2::XmpData xmp) {
  const auto orientation = xmp.findKey(Exiv2::XmpKey("Xmp.tiff.Orientation"));
  if (orientation != xmp.end()) *orientation = std::string("1");
  return xmp;
}

Bytes ReadBack(Exiv2::Image* image) {
  Exiv2::BasicIo& io = image->io();
  Bytes bytes(io.size());
  const auto size = static_cast<long>(bytes.size());
  if (io.open() != 0 || io.read(bytes.data(), size) != size) {
    throw Exiv2::Error(Exiv2::kerFailedToReadImageData);
  }
  return bytes;
}

}  // namespace

Bytes Metadata::WriteTo(Bytes file, const Pixels& pixels) const {
  if (empty() || !CanHoldMetadata(file)) return file;
  // Exiv2 0.27 puts a profile into a WebP only where the extended header is there already, which
  // its first pass adds: WebP takes two.
  const bool tiff = FormatFromContent(file) == ImageFormat::kTiff;
  const bool webp = FormatFromContent(file) == ImageFormat::kWebp;
  const int passes = webp && !content_->icc.empty() ? 2 : 1;
  CallExiv2(ErrorKind::kOutput, "cannot write metadata", [&] {
    for (int pass = 0; pass < passes; ++pass) {
      const auto image = Exiv2::ImageFactory::open(file.data(), static_cast<long>(file.size()));
      image->readMetadata();
      image->setExifData(UpdatedExif(content_->exif, pixels, tiff));
      image->setXmpData(UpdatedXmp(content_->xmp));
      image->setIptcData(content_->iptc);
      if (!content_->comment.empty() && image->checkMode(Exiv2::mdComment) != Exiv2::amNone) {
        image->setComment(content_->comment);
      }
      if (!content_->icc.empty()) {
        Exiv2::DataBuf icc(content_->icc.data(), static_cast<long>(content_->icc.size()));
        image->setIccProfile(icc);
      }
      image->writeMetadata();
      file = ReadBack(image.get());
    }
  });
  return file;
}

}  // namespace facedeblur
