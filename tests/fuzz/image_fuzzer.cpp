// Image files with any content: header, metadata, decoding, and encoding again, in the source's own
// format and as PNG. Only Error may be thrown.

#include <cstddef>
#include <cstdint>
#include <string>

#include "facedeblur/image/codec.h"
#include "facedeblur/util/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const facedeblur::Bytes bytes(data, data + size);
  try {
    std::string warning;
    facedeblur::DecodeLimits limits;
    limits.max_pixels = 100'000;  // time is better spent on structure than on pixels
    const facedeblur::Image image = facedeblur::DecodeImage(bytes, limits, &warning);
    facedeblur::EncodeImage(image, {});
    facedeblur::EncodeImage(image, {facedeblur::ImageFormat::kPng, 0});
  } catch (const facedeblur::Error&) {
  }
  return 0;
}
