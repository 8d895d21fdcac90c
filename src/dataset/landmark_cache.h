#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "facedeblur/face/landmarks.h"

namespace facedeblur {

/// Landmarks by file, kept as text lines "size:name x0 y0 x1 y1 ...", without points where no face
/// was found. For use from several threads.
class LandmarkCache {
 public:
  /// Reads `file` where there is one; an empty path keeps everything in memory.
  explicit LandmarkCache(std::filesystem::path file);

  /// Names one version of a file, without spaces.
  static std::string Key(const std::filesystem::path& path);

  std::optional<Landmarks> Find(const std::string& key) const;
  void Add(const std::string& key, const Landmarks& landmarks);

  /// Writes the file where something was added. Throws Error(kOutput).
  void Save() const;

 private:
  std::filesystem::path file_;
  mutable std::mutex mutex_;
  std::map<std::string, Landmarks> entries_;
  bool changed_ = false;
};

}  // namespace facedeblur
