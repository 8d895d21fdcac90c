#include "facedeblur/image/metadata.h"

#include <algorithm>
#include <cstdlib>
#include <exiv2/exiv2.hpp>
#include <iterator>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "facedeblur/util/error.h"
#include "facedeblur/util/version.h"
#include "image/exiv2_api.h"

namespace facedeblur {

struct Metadata::Content {
  Exiv2::ExifData exif;
  Exiv2::XmpData xmp;
  Exiv2::IptcData iptc;
  Bytes icc;
  std::string comment;
  std::shared_ptr<const Content> without_history;  ///< null where WithHistory() added nothing
};

namespace {

/// Exiv2's XMP toolkit keeps global state, so its calls run one at a time. They are short: no
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

/// Exiv2 signals errors with several exception types and does not document which call throws what.
template <typename Function>
void CallExiv2(ErrorKind kind, const char* what, const Function& function) {
  const std::lock_guard<std::mutex> lock(Exiv2Mutex());
  try {
    function();
  } catch (const std::exception& error) {
    throw Error(kind, std::string(what) + ": " + DescribeException(error));
  }
}

bool BeginsWith(const std::string& text, std::string_view begin) {
  return text.compare(0, begin.size(), begin) == 0;
}

void SetIfPresent(Exiv2::ExifData* exif, const char* key, int value) {
  if (exif->findKey(Exiv2::ExifKey(key)) != exif->end()) {
    (*exif)[key] = static_cast<std::uint32_t>(value);
  }
}

/// Whether it is of a further picture in a TIFF, such as a preview, which no output has.
bool IsOfSubImage(const Exiv2::Exifdatum& datum) {
  return BeginsWith(datum.groupName(), "SubImage") || datum.key() == "Exif.Image.SubIFDs";
}

/// Brings EXIF fields that describe the pixels up to date.
Exiv2::ExifData UpdatedExif(Exiv2::ExifData exif, cv::Size size) {
  if (exif.empty()) return exif;
  Exiv2::ExifThumb(exif).erase();
  for (auto datum = exif.begin(); datum != exif.end();) {
    datum = IsOfSubImage(*datum) ? exif.erase(datum) : std::next(datum);
  }
  SetIfPresent(&exif, "Exif.Image.Orientation", 1);
  SetIfPresent(&exif, "Exif.Photo.PixelXDimension", size.width);
  SetIfPresent(&exif, "Exif.Photo.PixelYDimension", size.height);
  return exif;
}

/// Whether it tells of what follows the photo in its file, which no output has: a gain map
/// (hdrgm), a video, or the directory of both.
bool TellsOfCompanions(const Exiv2::Xmpdatum& datum) {
  const std::string group = datum.groupName();
  const std::string tag = datum.tagName();
  return group == "hdrgm" || group == "Container" ||
         (group == "GCamera" && (BeginsWith(tag, "MotionPhoto") || BeginsWith(tag, "MicroVideo")));
}

Exiv2::XmpData UpdatedXmp(Exiv2::XmpData xmp) {
  for (auto datum = xmp.begin(); datum != xmp.end();) {
    datum = TellsOfCompanions(*datum) ? xmp.erase(datum) : std::next(datum);
  }
  const auto orientation = xmp.findKey(Exiv2::XmpKey("Xmp.tiff.Orientation"));
  if (orientation != xmp.end()) *orientation = std::string("1");
  return xmp;
}

std::string ProgramName() { return std::string("facedeblur ") + Version(); }

/// Exiv2 keeps arrays as flat keys: History, History[1], History[1]/stEvt:action and so on.
void AppendHistory(const std::string& parameters, Exiv2::XmpData* xmp) {
  const std::string history = "Xmp.xmpMM.History";
  const std::string item = history + "[";
  long entries = 0;
  for (const Exiv2::Xmpdatum& datum : *xmp) {
    const std::string key = datum.key();
    if (key.compare(0, item.size(), item) != 0) continue;
    entries = std::max(entries, std::strtol(key.c_str() + item.size(), nullptr, 10));
  }
  if (entries == 0) {
    Exiv2::XmpTextValue array;
    array.setXmpArrayType(Exiv2::XmpValue::xaSeq);
    xmp->add(Exiv2::XmpKey(history), &array);
  }
  const std::string added = item + std::to_string(entries + 1) + "]";
  (*xmp)[added + "/stEvt:action"] = std::string("edited");
  (*xmp)[added + "/stEvt:softwareAgent"] = ProgramName();
  (*xmp)[added + "/stEvt:parameters"] = parameters;
}

}  // namespace

Metadata::Metadata() : content_(std::make_shared<Content>()) {}

Metadata Metadata::Read(const Bytes& file) {
  auto content = std::make_shared<Content>();
  CallExiv2(ErrorKind::kInput, "damaged metadata", [&] {
    const Exiv2Image image = OpenWithExiv2(file);
    content->exif = image->exifData();
    content->xmp = image->xmpData();
    content->iptc = image->iptcData();
    content->comment = image->comment();
    content->icc = GetIccProfile(*image);
  });
  Metadata metadata;
  metadata.content_ = std::move(content);
  return metadata;
}

Metadata Metadata::FromRaw(const RawMetadata& raw) {
  auto content = std::make_shared<Content>();
  CallExiv2(ErrorKind::kInput, "damaged metadata", [&] {
    content->exif = DecodeExif(raw.exif);
    SetIfPresent(&content->exif, "Exif.Image.Orientation", 1);
    const std::string packet(raw.xmp.begin(), raw.xmp.end());
    if (!packet.empty() && Exiv2::XmpParser::decode(content->xmp, packet) != 0) {
      throw Error(ErrorKind::kInput, "XMP that is no XMP");
    }
  });
  content->icc = raw.icc;
  Metadata metadata;
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
  const std::int64_t value = ToInteger(*entry);
  return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

const Bytes& Metadata::icc() const { return content_->icc; }

Metadata Metadata::WithoutIcc() const {
  auto content = std::make_shared<Content>(*content_);
  content->icc.clear();
  if (content->without_history != nullptr) {
    Metadata rest;
    rest.content_ = content->without_history;
    content->without_history = rest.WithoutIcc().content_;
  }
  Metadata copy;
  copy.content_ = std::move(content);
  return copy;
}

Metadata Metadata::OnlyIcc() const {
  auto content = std::make_shared<Content>();
  content->icc = content_->icc;
  Metadata copy;
  copy.content_ = std::move(content);
  return copy;
}

Metadata Metadata::WithHistory(const std::string& parameters) const {
  auto content = std::make_shared<Content>(*content_);
  content->without_history = content_;
  CallExiv2(ErrorKind::kOutput, "cannot add to the history", [&] {
    AppendHistory(parameters, &content->xmp);
    const Exiv2::ExifKey software("Exif.Image.Software");
    if (content->exif.findKey(software) == content->exif.end()) {
      content->exif[software.key()] = ProgramName();
    }
  });
  Metadata copy;
  copy.content_ = std::move(content);
  return copy;
}

Bytes Metadata::Write(const Content& content, Bytes file, cv::Size size) {
  CallExiv2(ErrorKind::kOutput, "cannot write metadata", [&] {
    const Exiv2Image image = OpenWithExiv2(file);
    image->setExifData(UpdatedExif(content.exif, size));
    image->setXmpData(UpdatedXmp(content.xmp));
    image->setIptcData(content.iptc);
    if (!content.comment.empty() && image->checkMode(Exiv2::mdComment) != Exiv2::amNone) {
      image->setComment(content.comment);
    }
    if (!content.icc.empty()) SetIccProfile(content.icc, image.get());
    image->writeMetadata();
    file = FileOf(image.get());
  });
  return file;
}

Bytes Metadata::WriteTo(Bytes file, cv::Size size) const {
  if (empty()) return file;
  if (content_->without_history == nullptr) return Write(*content_, std::move(file), size);
  try {
    return Write(*content_, file, size);
  } catch (const Error&) {
    Metadata rest;
    rest.content_ = content_->without_history;
    return rest.WriteTo(std::move(file), size);
  }
}

RawMetadata Metadata::ToRaw(cv::Size size) const {
  RawMetadata raw;
  raw.icc = content_->icc;
  CallExiv2(ErrorKind::kOutput, "cannot write metadata", [&] {
    Exiv2::ExifData exif = UpdatedExif(content_->exif, size);
    raw.exif = EncodeExif(&exif);
    if (content_->xmp.empty()) return;
    std::string packet;
    if (Exiv2::XmpParser::encode(packet, UpdatedXmp(content_->xmp)) != 0) {
      throw Error(ErrorKind::kOutput, "XMP that cannot be written");
    }
    raw.xmp.assign(packet.begin(), packet.end());
  });
  return raw;
}

}  // namespace facedeblur
