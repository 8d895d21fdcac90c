#pragma once

#include <filesystem>
#include <memory>

#include "facedeblur/restore/compute_device.h"
#include "facedeblur/restore/restorer.h"
#include "facedeblur/weights/weights_file.h"

namespace facedeblur {

/// The restorer of the network that weights are for. Their self-test, where there is one, is run.
/// Throws Error(kModel): a network that is unknown or restores nothing, tensors that do not fit, or
/// a failed self-test; Error(kDevice) where the device fails or has too little memory.
std::unique_ptr<FaceRestorer> MakeRestorer(Weights weights, const ComputeDevice& device);

/// The same from a file, whose name is in front of the errors.
std::unique_ptr<FaceRestorer> LoadRestorer(const std::filesystem::path& file,
                                           const ComputeDevice& device);

}  // namespace facedeblur
