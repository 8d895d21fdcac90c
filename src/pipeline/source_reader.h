#pragma once

#include "facedeblur/image/codec.h"
#include "pipeline/image_job.h"

namespace facedeblur {

/// Reads the input, a file or standard input, and its header. Throws Error(kInput), also for more
/// pixels than the limits allow.
void ReadSource(const DecodeLimits& limits, ImageJob* job);

/// Makes an image of what was read. Throws Error(kInput).
void DecodeSource(ImageJob* job);

}  // namespace facedeblur
