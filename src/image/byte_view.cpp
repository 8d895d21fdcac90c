#include "image/byte_view.h"

#include <cstring>
#include <string>

#include "facedeblur/util/error.h"

namespace facedeblur {

std::uint8_t ByteView::U8(std::size_t at) const {
  Require(at, 1);
  return bytes_[at];
}

std::uint32_t ByteView::Big(std::size_t at, int count) const {
  const auto size = static_cast<std::size_t>(count);
  Require(at, size);
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes_[at + i];
  return value;
}

std::uint32_t ByteView::Little(std::size_t at, int count) const {
  const auto size = static_cast<std::size_t>(count);
  Require(at, size);
  std::uint32_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8 | bytes_[at + i];
  return value;
}

bool ByteView::Is(std::size_t at, std::string_view text) const {
  return at <= size() && size() - at >= text.size() &&
         std::memcmp(bytes_.data() + at, text.data(), text.size()) == 0;
}

void ByteView::Require(std::size_t at, std::size_t count) const {
  if (at <= size() && size() - at >= count) return;
  throw Error(ErrorKind::kInput, std::string("truncated ") + format_ + " file");
}

void ByteView::ThrowDamaged() const {
  throw Error(ErrorKind::kInput, std::string("damaged ") + format_ + " header");
}

}  // namespace facedeblur
