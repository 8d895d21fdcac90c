#pragma once

#include <jxl/decode.h>
#include <jxl/encode.h>

#include <memory>

#include "facedeblur/util/file_io.h"

namespace facedeblur {

struct JxlDeleter {
  void operator()(JxlDecoder* decoder) const { JxlDecoderDestroy(decoder); }
  void operator()(JxlEncoder* encoder) const { JxlEncoderDestroy(encoder); }
};
using JxlDecoderPtr = std::unique_ptr<JxlDecoder, JxlDeleter>;
using JxlEncoderPtr = std::unique_ptr<JxlEncoder, JxlDeleter>;

/// A decoder at the beginning of a whole file, which must outlive it. It gives `events`, and runs
/// in the thread that calls it.
JxlDecoderPtr NewJxlDecoder(const std::uint8_t* file, std::size_t size, int events);

/// The ICC profile that describes the pixels a decoder gives, once it has told of the colours.
/// Empty when there is none.
Bytes JxlIccProfile(const JxlDecoder* decoder);

/// Likewise, as JPEG XL's own description. False when it has none.
bool JxlColours(const JxlDecoder* decoder, JxlColorEncoding* colours);

}  // namespace facedeblur
