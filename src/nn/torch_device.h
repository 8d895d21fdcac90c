#pragma once

#include <c10/core/Device.h>

#include "facedeblur/restore/compute_device.h"

namespace facedeblur {

inline c10::Device TorchDevice(const ComputeDevice& device) {
  return device.cuda ? c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(device.index))
                     : c10::Device(c10::kCPU);
}

}  // namespace facedeblur
