#include "image/bmff_boxes.h"

#include <cstdint>

namespace facedeblur {
namespace {

std::string TypeAt(const ByteView& file, std::size_t at) {
  std::string type;
  for (std::size_t i = 0; i < 4; ++i) type += static_cast<char>(file.U8(at + i));
  return type;
}

/// The box that begins at `at`, in content that reaches to `end`.
BmffBox BoxAt(const ByteView& file, std::size_t at, std::size_t end) {
  constexpr std::uint32_t kToTheEnd = 0;
  constexpr std::uint32_t kLarge = 1;  // the size follows the type, in 8 bytes
  const std::uint32_t small = file.Big(at, 4);
  std::size_t header = 8;
  std::size_t size = small;
  if (small == kLarge) {
    header = 16;
    size = std::size_t{file.Big(at + 8, 4)} << 32 | file.Big(at + 12, 4);
  } else if (small == kToTheEnd) {
    size = end - at;
  }
  if (size < header) file.ThrowDamaged();
  file.Require(at, size);
  if (size > end - at) file.ThrowDamaged();
  return {TypeAt(file, at + 4), at + header, at + size};
}

std::vector<BmffBox> BoxesBetween(const ByteView& file, std::size_t at, std::size_t end) {
  std::vector<BmffBox> boxes;
  while (at < end) {
    boxes.push_back(BoxAt(file, at, end));
    at = boxes.back().end;
  }
  return boxes;
}

}  // namespace

std::vector<BmffBox> BoxesOf(const ByteView& file) { return BoxesBetween(file, 0, file.size()); }

std::vector<BmffBox> BoxesIn(const ByteView& file, const BmffBox& parent, std::size_t skipped) {
  return BoxesBetween(file, parent.begin + skipped, parent.end);
}

}  // namespace facedeblur
