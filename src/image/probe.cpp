#include "facedeblur/image/probe.h"

#include "facedeblur/util/error.h"
#include "image/formats.h"

namespace facedeblur {

ImageHeader ProbeImage(const Bytes& bytes) {
  if (bytes.empty()) throw Error(ErrorKind::kInput, "the file is empty");
  const auto format = FormatFromContent(bytes);
  if (!format) throw Error(ErrorKind::kInput, "not an image in a format we read");
  const FormatRow& row = UsableRowOf(*format, ErrorKind::kInput);
  const ByteView view(bytes, row.name);
  const ImageSize size = row.codec.probe(view);
  constexpr std::int64_t kLargest = 0x7FFFFFFF;  // what an int, and so a cv::Mat, can count
  if (size.width <= 0 || size.height <= 0 || size.width > kLargest || size.height > kLargest) {
    view.ThrowDamaged();
  }
  return {*format, size.width, size.height};
}

}  // namespace facedeblur
