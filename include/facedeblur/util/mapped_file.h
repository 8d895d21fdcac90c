#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace facedeblur {

/// A whole file to be read, in memory only as far as it is touched. The file must not shrink while
/// it is mapped.
class MappedFile {
 public:
  /// Throws Error(kInput) naming the cause (not the path) when it cannot be opened or mapped.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::uint8_t* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace facedeblur
