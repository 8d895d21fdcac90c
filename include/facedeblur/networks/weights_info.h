#pragma once

#include <filesystem>

#include "facedeblur/backend/weights_info.h"
#include "facedeblur/restore/compute_device.h"

namespace facedeblur {

/// Reads a weights file and runs its self-test on the device. Throws Error(kModel) with a line that
/// names the file when it is none, and Error(kDevice) when the device fails.
WeightsInfo InspectWeights(const std::filesystem::path& weights, const ComputeDevice& device);

}  // namespace facedeblur
