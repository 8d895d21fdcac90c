#pragma once

#include <string>

#include "cli/setup.h"
#include "facedeblur/restore/compute_device.h"

namespace facedeblur {

/// The device asked for, with the reason told where "auto" means the CPU.
ComputeDevice ChooseDevice(const std::string& name);

}  // namespace facedeblur
