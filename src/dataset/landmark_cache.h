#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "facedeblur/face/landmarks.h"

namespace facedeblur {

/// Landmarks by detector and file, kept as text lines "detector:size:name x0 y0 x1 y1 ...", without
/// points where no face was found. What another detector found is never used, nor are lines of the
/// older form "size:name ...": their files are searched anew. For use from several threads.
class LandmarkCache {
 public:
  /// Reads `file` where there is one; an empty path keeps everything in memory. `detector` is
  /// DetectorIdentity::Key().
  LandmarkCache(std::filesystem::path file, std::string detector);

  /// Names a file for this detector by its size and its path as given, without spaces. A file that
  /// took another's place with the same size is not told from it.
  std::string Key(const std::filesystem::path& path) const;

  std::optional<Landmarks> Find(const std::string& key) const;
  void Add(const std::string& key, const Landmarks& landmarks);

  /// Writes the file where something was added. Throws Error(kOutput).
  void Save() const;

 private:
  std::filesystem::path file_;
  std::string detector_;
  mutable std::mutex mutex_;
  std::map<std::string, Landmarks> entries_;
  bool changed_ = false;
};

}  // namespace facedeblur
