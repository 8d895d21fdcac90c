#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// Bounds-checked reading of a file's header. Every method that reads throws Error(kInput),
/// "truncated ... file", when the file ends too early.
class ByteView {
 public:
  /// Keeps a reference to `bytes`; `format` is the format's name, for messages.
  ByteView(const Bytes& bytes, const char* format) : bytes_(bytes), format_(format) {}

  const std::uint8_t* data() const { return bytes_.data(); }
  std::size_t size() const { return bytes_.size(); }

  std::uint8_t U8(std::size_t at) const;
  /// An unsigned integer of `count` bytes (at most 4), most significant byte first.
  std::uint32_t Big(std::size_t at, int count) const;
  /// Likewise, least significant byte first.
  std::uint32_t Little(std::size_t at, int count) const;
  /// True when the file has this text at `at`.
  bool Is(std::size_t at, std::string_view text) const;
  /// Checks that `count` bytes follow `at`.
  void Require(std::size_t at, std::size_t count) const;

  /// Throws Error(kInput), "damaged ... header".
  [[noreturn]] void ThrowDamaged() const;

 private:
  const Bytes& bytes_;
  const char* format_;
};

}  // namespace facedeblur
