#pragma once

#include <csetjmp>
#include <cstddef>
#include <cstdio>  // jpeglib.h needs it first
//
#include <jpeglib.h>

#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// What libjpeg's error callbacks are given. libjpeg reports fatal errors through a callback that
/// must not return; longjmp is its documented way out. So every function that calls libjpeg first
/// calls setjmp(on_error), and nothing in it that has a destructor may be alive when it jumps.
struct JpegErrors {
  jpeg_error_mgr base;
  std::jmp_buf on_error;
  /// The fatal error, or the first warning that means damage. Those warnings are counted in
  /// base.num_warnings.
  char message[JMSG_LENGTH_MAX];
};

/// A decompressor that frees what it holds.
struct JpegDecoder {
  jpeg_decompress_struct codec{};
  JpegErrors errors{};

  JpegDecoder();
  ~JpegDecoder();
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;

  /// Opens `file`, which must outlive the decoder, and reads as far as the first scan. False:
  /// see errors.message.
  bool ReadHeader(const Bytes& file);

  /// Reads the DCT coefficients of a file whose header has been read. False also when they are
  /// damaged.
  bool ReadCoefficients(jvirt_barray_ptr** coefficients);
};

/// Memory that libjpeg writes to. (With libjpeg's own jpeg_mem_dest the address is known only at
/// the end, so that the memory cannot be freed after an error.)
struct JpegDestination {
  jpeg_destination_mgr base{};
  unsigned char* data = nullptr;
  std::size_t capacity = 0;

  JpegDestination();
  ~JpegDestination();
  JpegDestination(const JpegDestination&) = delete;
  JpegDestination& operator=(const JpegDestination&) = delete;
};

/// A compressor that frees what it holds.
struct JpegEncoder {
  jpeg_compress_struct codec{};
  JpegErrors errors{};
  JpegDestination destination;

  JpegEncoder();
  ~JpegEncoder();
  JpegEncoder(const JpegEncoder&) = delete;
  JpegEncoder& operator=(const JpegEncoder&) = delete;

  /// Makes `codec` ready to be configured. May jump to errors.on_error.
  void Create();

  /// What has been written.
  Bytes File() const;
};

}  // namespace facedeblur
