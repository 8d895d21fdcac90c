#pragma once

#include "facedeblur/image/codec.h"
#include "facedeblur/image/probe.h"
#include "pipeline/image_job.h"

namespace facedeblur {

/// Reads the input, a file or standard input, and returns what its header promises. Throws
/// Error(kInput), also for more pixels than the limits allow.
ImageHeader ReadSource(const DecodeLimits& limits, ImageJob* job);

/// Makes an image of what was read. Throws Error(kInput).
void DecodeSource(const DecodeLimits& limits, ImageJob* job);

}  // namespace facedeblur
