#include "facedeblur/gallery/gallery.h"

#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "facedeblur/gallery/gallery_images.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "gallery/gallery_page.h"

namespace facedeblur {
namespace fs = std::filesystem;
namespace {

constexpr char kPage[] = "index.html";
constexpr char kData[] = "photos.js";

Bytes ToBytes(const std::string& text) { return {text.begin(), text.end()}; }

/// A value as script. Only ASCII, so that no encoding matters, and without '<', so that the text
/// may stand in a page.
std::string ToScript(const Json& value) {
  constexpr int kOneLine = -1;
  const std::string json =
      value.dump(kOneLine, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
  std::string script;
  for (const char c : json) {
    if (c == '<') {
      script += "\\u003c";
    } else {
      script += c;
    }
  }
  return script;
}

std::string FirstLine(GalleryKind kind) {
  return std::string("gallery(\"") + (kind == GalleryKind::kRestore ? "restore" : "compare") +
         "\");\n";
}

bool Exists(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

bool BeginsWith(const fs::path& file, const std::string& text) {
  std::string begin(text.size(), '\0');
  std::FILE* const opened = std::fopen(file.c_str(), "rb");
  if (opened == nullptr) return false;
  begin.resize(std::fread(begin.data(), 1, begin.size(), opened));
  std::fclose(opened);
  return begin == text;
}

/// Whether a gallery is in the folder. Nothing else that has its names is ever replaced.
bool RequireOurs(const fs::path& folder, GalleryKind kind) {
  const fs::path data = folder / kData;
  if (BeginsWith(data, FirstLine(kind))) return true;
  for (const GalleryKind other : {GalleryKind::kRestore, GalleryKind::kCompare}) {
    if (!BeginsWith(data, FirstLine(other))) continue;
    throw Error(ErrorKind::kUsage, folder.string() + ": holds a gallery of another command");
  }
  for (const char* name : {kData, kPage}) {
    if (!Exists(folder / name)) continue;
    throw Error(ErrorKind::kUsage,
                (folder / name).string() + ": is there, and is no gallery's; take another folder");
  }
  return false;
}

[[noreturn]] void ThrowCannotWrite(const fs::path& file, int error) {
  throw Error(ErrorKind::kOutput, file.string() + ": cannot write the gallery: " +
                                      std::generic_category().message(error));
}

std::FILE* OpenLocked(const fs::path& file) {
  std::FILE* const opened = std::fopen(file.c_str(), "r+b");
  if (opened == nullptr) ThrowCannotWrite(file, errno);
  if (::flock(::fileno(opened), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    std::fclose(opened);
    throw Error(ErrorKind::kUsage, file.string() + ": another run is writing this gallery");
  }
  return opened;
}

bool WriteAt(std::FILE* file, long place, const std::string& text) {
  return std::fseek(file, place, SEEK_SET) == 0 &&
         std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0;
}

/// A line that was not completed is a comment, but without its end.
bool EndLastLine(std::FILE* file) {
  if (std::fseek(file, -1, SEEK_END) != 0) return false;
  if (std::fgetc(file) == '\n') return true;
  return WriteAt(file, std::ftell(file), "\n");
}

}  // namespace

Gallery::Gallery(fs::path folder, GalleryKind kind, GalleryStart start)
    : folder_(std::move(folder)) {
  if (folder_.empty()) return;
  const fs::path data = folder_ / kData;
  bool there = RequireOurs(folder_, kind);
  if (there && start == GalleryStart::kNew) {
    throw Error(ErrorKind::kUsage, folder_.string() +
                                       " holds a gallery (use --overwrite to begin it anew, or "
                                       "--skip-existing to add to it)");
  }
  if (!there) WriteFileAtomically(data, ToBytes(FirstLine(kind)), Clobber::kRefuse);
  file_ = OpenLocked(data);
  if (there && start == GalleryStart::kReplace) {
    if (::ftruncate(::fileno(file_), static_cast<off_t>(FirstLine(kind).size())) != 0) {
      ThrowCannotWrite(data, errno);
    }
    RemoveGalleryImages(folder_);
  }
  if (!EndLastLine(file_)) ThrowCannotWrite(data, errno);
  WriteFileAtomically(folder_ / kPage, ToBytes(GalleryPage()), Clobber::kReplace);
}

Gallery::~Gallery() {
  if (file_ != nullptr) std::fclose(file_);
}

/// The line is written as a comment first. Its first two letters, which make it a call, come last.
void Gallery::Add(const char* function, const Json& value) {
  if (file_ == nullptr || !intact_) return;
  const std::string line = std::string(function) + "(" + ToScript(value) + ");\n";
  intact_ = std::fseek(file_, 0, SEEK_END) == 0;
  const long begin = std::ftell(file_);
  intact_ = intact_ && begin >= 0 && WriteAt(file_, begin, "//" + line.substr(2)) &&
            WriteAt(file_, begin, line.substr(0, 2));
}

void Gallery::RequireIntact() const {
  if (!intact_) {
    throw Error(ErrorKind::kOutput, folder_.string() + ": the gallery could not be written");
  }
}

}  // namespace facedeblur
