#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace facedeblur {

/// The worst ones are those that point at more than one photo: a disk that is full or gone.
enum class FailureKind { kUnreachable, kOther };

/// Remembers the worst failures of a run for its end, where the lines that told of them may have
/// scrolled away. It takes as much memory for a million failures as for five.
class FailureList {
 public:
  void Add(const std::filesystem::path& input, const std::string& why, FailureKind kind);

  /// At most five of them as "NAME: WHY", files that could not be read or written at all first.
  /// When there are more a last line counts them; it ends with `all`, which says how to see them
  /// all.
  std::vector<std::string> Lines(const std::string& all) const;

 private:
  std::vector<std::string> unreachable_;
  std::vector<std::string> others_;
  std::size_t count_ = 0;
};

}  // namespace facedeblur
