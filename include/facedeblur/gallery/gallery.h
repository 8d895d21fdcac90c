#pragma once

#include <cstdio>
#include <filesystem>
#include <string>

#include "facedeblur/util/json.h"

namespace facedeblur {

/// What a gallery shows.
enum class GalleryKind { kRestore, kCompare };

/// What to do with a gallery that is in the folder already.
enum class GalleryStart {
  kNew,      ///< refuse
  kReplace,  ///< begin anew; its images are removed
  kAppend,   ///< add to it
};

/// A folder to look at with a browser: index.html is the page, photos.js the data that it shows,
/// and thumbs/, full/ and faces/ hold the images (GalleryImages). photos.js is a line of script for
/// each entry, `photo({...});`, so that a page opened from a disk can load it.
class Gallery {
 public:
  /// Makes the folder and its page, which from then on can be opened at any time. An empty path
  /// takes nothing. Throws Error(kUsage) when a gallery is there and `start` does not allow that,
  /// when it is of the other kind or being written by another run, or when the folder holds an
  /// index.html or a photos.js that is not ours; Error(kOutput) when it cannot be written.
  Gallery(std::filesystem::path folder, GalleryKind kind, GalleryStart start);
  ~Gallery();
  Gallery(const Gallery&) = delete;
  Gallery& operator=(const Gallery&) = delete;

  bool wanted() const { return file_ != nullptr; }

  /// Adds a line, complete when this returns: `run` (settings of a run), `photo` (an entry with an
  /// `id`; it takes the place of an earlier one) or `done` (totals of a run). A process that is
  /// killed in the middle leaves a comment, so that what is there stays a valid script. From the
  /// first failure (a full disk) on nothing is written.
  void AddRun(const Json& run) { Add("run", run); }
  void AddPhoto(const Json& photo) { Add("photo", photo); }
  void AddDone(const Json& totals) { Add("done", totals); }

  /// Throws Error(kOutput) when lines were lost.
  void RequireIntact() const;

 private:
  void Add(const char* function, const Json& value);

  std::filesystem::path folder_;
  std::FILE* file_ = nullptr;
  bool intact_ = true;
};

}  // namespace facedeblur
