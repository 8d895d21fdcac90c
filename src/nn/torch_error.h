#pragma once

#include <exception>

#include "facedeblur/restore/compute_device.h"
#include "facedeblur/util/error.h"

namespace facedeblur {

/// What an exception says about the device.
enum class DeviceFailure {
  kNone,         ///< it works: the reason lies elsewhere
  kOutOfMemory,  ///< it works, but this was more than its memory holds
  kLost,         ///< whatever is run on it from now on fails too
};

/// Out of memory by the exception's type or, where LibTorch has none for it, by its words. Whether
/// a CUDA device is lost is found by trying it: after some CUDA errors every later call fails,
/// after others none does.
DeviceFailure ClassifyFailure(const std::exception& error, const ComputeDevice& device);

/// The exception as an Error in one line: kDevice where the device is lost, `out_of_memory` where
/// its memory ran out, `otherwise` for the rest. An Error keeps its text and, where that is
/// kDevice, its kind.
Error ToError(const std::exception& error, const ComputeDevice& device, ErrorKind otherwise,
              ErrorKind out_of_memory = ErrorKind::kDevice);

/// Runs one operation on the device and waits for it. Throws what LibTorch throws.
void TryDevice(const ComputeDevice& device);

}  // namespace facedeblur
