#pragma once

#include <functional>

#include "facedeblur/restore/compute_device.h"

namespace facedeblur {

/// Whether the device multiplies bfloat16 numbers: a processor with AVX512-BF16, or a GPU with
/// compute capability 8.0.
bool HasBfloat16(const ComputeDevice& device);

/// What a device is to be used for.
enum class Workload { kInference, kTraining };

/// How long a few convolutions take on this processor, seconds: in inference as a packed network
/// runs them, in training with their gradients. Takes less than half a second.
double TimeConvolutions(Workload workload, bool bfloat16);

/// Sets the precision of convolutions on a device that exists. kAuto is the faster one: on CUDA
/// bf16 where the device has it, on a processor that has it what `time` finds. So kAuto need not
/// choose the same in the next run.
/// Throws Error(kDevice) where bf16 was asked for and the device does not have it.
void ResolvePrecision(
    Precision wanted, Workload workload, ComputeDevice* device,
    const std::function<double(Workload, bool bfloat16)>& time = TimeConvolutions);

}  // namespace facedeblur
