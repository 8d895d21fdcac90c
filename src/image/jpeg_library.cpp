#include "image/jpeg_library.h"

#include <jerror.h>

#include <cstdlib>

namespace facedeblur {
namespace {

void OnFatal(j_common_ptr codec) {
  auto* errors = reinterpret_cast<JpegErrors*>(codec->err);
  (*codec->err->format_message)(codec, errors->message);
  std::longjmp(errors->on_error, 1);
}

/// True for warnings after which libjpeg makes up pixels; others (stray bytes, odd versions) are
/// harmless.
bool MeansDamage(int message_code) {
  return message_code == JWRN_HIT_MARKER || message_code == JWRN_JPEG_EOF ||
         message_code == JWRN_HUFF_BAD_CODE || message_code == JWRN_MUST_RESYNC ||
         message_code == JWRN_BOGUS_PROGRESSION;
}

void OnMessage(j_common_ptr codec, int level) {
  auto* errors = reinterpret_cast<JpegErrors*>(codec->err);
  if (level >= 0 || !MeansDamage(errors->base.msg_code)) return;
  if (errors->base.num_warnings++ == 0) {
    (*codec->err->format_message)(codec, errors->message);
  }
}

void InitErrors(JpegErrors* errors) {
  jpeg_std_error(&errors->base);
  errors->base.error_exit = OnFatal;
  errors->base.emit_message = OnMessage;
  errors->message[0] = '\0';
}

void Grow(j_compress_ptr codec) {
  auto* destination = reinterpret_cast<JpegDestination*>(codec->dest);
  const std::size_t used = destination->capacity;
  const std::size_t capacity = used == 0 ? 1 << 16 : 2 * used;
  void* grown = std::realloc(destination->data, capacity);
  if (grown == nullptr) ERREXIT1(codec, JERR_OUT_OF_MEMORY, 0);
  destination->data = static_cast<unsigned char*>(grown);
  destination->capacity = capacity;
  destination->base.next_output_byte = destination->data + used;
  destination->base.free_in_buffer = capacity - used;
}

boolean OnFull(j_compress_ptr codec) {
  Grow(codec);
  return TRUE;
}

void OnDone(j_compress_ptr /*codec*/) {}

}  // namespace

JpegDecoder::JpegDecoder() {
  InitErrors(&errors);
  codec.err = &errors.base;
}

JpegDecoder::~JpegDecoder() { jpeg_destroy_decompress(&codec); }

bool JpegDecoder::ReadHeader(const Bytes& file) {
  if (setjmp(errors.on_error) != 0) return false;
  jpeg_create_decompress(&codec);
  jpeg_mem_src(&codec, file.data(), file.size());
  jpeg_read_header(&codec, TRUE);
  return true;
}

bool JpegDecoder::ReadCoefficients(jvirt_barray_ptr** coefficients) {
  if (setjmp(errors.on_error) != 0) return false;
  *coefficients = jpeg_read_coefficients(&codec);
  return errors.base.num_warnings == 0;
}

JpegDestination::JpegDestination() {
  base.init_destination = Grow;
  base.empty_output_buffer = OnFull;
  base.term_destination = OnDone;
}

JpegDestination::~JpegDestination() { std::free(data); }

JpegEncoder::JpegEncoder() {
  InitErrors(&errors);
  codec.err = &errors.base;
}

JpegEncoder::~JpegEncoder() { jpeg_destroy_compress(&codec); }

void JpegEncoder::Create() {
  jpeg_create_compress(&codec);
  codec.dest = &destination.base;
}

Bytes JpegEncoder::File() const {
  const std::size_t size = destination.capacity - destination.base.free_in_buffer;
  return {destination.data, destination.data + size};
}

}  // namespace facedeblur
