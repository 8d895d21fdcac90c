#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <system_error>

namespace facedeblur {

/// The hash of a model file that is loaded anyway. Hashing 100 MB takes longer than loading them,
/// so it waits until somebody asks.
class ModelFileHash {
 public:
  /// To be made before the file is loaded. A file that is missing is told by whoever loads it.
  explicit ModelFileHash(std::filesystem::path file);

  /// May be called from several threads. Throws Error(kModel) when the file cannot be read, or is
  /// not the one any more that was there at first.
  std::string Sha256() const;

 private:
  struct Stamp {
    explicit Stamp(const std::filesystem::path& file);

    std::error_code error;
    std::uintmax_t size;
    std::filesystem::file_time_type written;
  };
  std::string Hash() const;

  std::filesystem::path file_;
  Stamp at_first_;
  mutable std::mutex mutex_;
  mutable std::string sha256_;  // empty until it is asked for
};

}  // namespace facedeblur
