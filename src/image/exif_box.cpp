#include "image/exif_box.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "image/byte_view.h"

namespace facedeblur {
namespace {

constexpr std::size_t kDistanceSize = 4;

}  // namespace

Bytes TiffOfExifBox(const Bytes& box) {
  if (box.size() < kDistanceSize) return {};
  const ByteView view(box, "Exif");
  std::size_t at = kDistanceSize + view.Big(0, 4);
  constexpr std::string_view kPrefix("Exif\0\0", 6);
  if (view.Is(at, kPrefix)) at += kPrefix.size();
  if (at >= box.size()) return {};
  return {box.begin() + static_cast<std::ptrdiff_t>(at), box.end()};
}

Bytes ExifBoxOf(const Bytes& tiff) {
  Bytes box(kDistanceSize + tiff.size(), 0);
  std::copy(tiff.begin(), tiff.end(), box.begin() + kDistanceSize);
  return box;
}

}  // namespace facedeblur
