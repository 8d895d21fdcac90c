#include "image/jxl_library.h"

#include <cstddef>
#include <new>

namespace facedeblur {

JxlDecoderPtr NewJxlDecoder(const std::uint8_t* file, std::size_t size, int events) {
  JxlDecoderPtr decoder(JxlDecoderCreate(nullptr));
  if (!decoder) throw std::bad_alloc();
  JxlDecoderSubscribeEvents(decoder.get(), events);
  JxlDecoderSetInput(decoder.get(), file, size);
  // It is not told that this is all: where more is missing it would print so.
  return decoder;
}

// Up to libjxl 0.8 these functions had one more parameter, without a use.
#if JPEGXL_NUMERIC_VERSION < JPEGXL_COMPUTE_NUMERIC_VERSION(0, 9, 0)
#define FACEDEBLUR_JXL_UNUSED nullptr,
#else
#define FACEDEBLUR_JXL_UNUSED
#endif

Bytes JxlIccProfile(const JxlDecoder* decoder) {
  std::size_t size = 0;
  if (JxlDecoderGetICCProfileSize(decoder, FACEDEBLUR_JXL_UNUSED JXL_COLOR_PROFILE_TARGET_DATA,
                                  &size) != JXL_DEC_SUCCESS) {
    return {};
  }
  Bytes profile(size);
  if (JxlDecoderGetColorAsICCProfile(decoder, FACEDEBLUR_JXL_UNUSED JXL_COLOR_PROFILE_TARGET_DATA,
                                     profile.data(), size) != JXL_DEC_SUCCESS) {
    return {};
  }
  return profile;
}

bool JxlColours(const JxlDecoder* decoder, JxlColorEncoding* colours) {
  return JxlDecoderGetColorAsEncodedProfile(decoder,
                                            FACEDEBLUR_JXL_UNUSED JXL_COLOR_PROFILE_TARGET_DATA,
                                            colours) == JXL_DEC_SUCCESS;
}

}  // namespace facedeblur
