#pragma once

#include <cstdint>

#include "facedeblur/image/codec.h"
#include "pipeline/image_job.h"

namespace facedeblur {

/// Reads the input, a file or standard input, and returns the number of pixels that its header
/// promises. Throws Error(kInput), also for more pixels than the limits allow.
std::int64_t ReadSource(const DecodeLimits& limits, ImageJob* job);

/// Makes an image of what was read. Throws Error(kInput).
void DecodeSource(const DecodeLimits& limits, ImageJob* job);

}  // namespace facedeblur
