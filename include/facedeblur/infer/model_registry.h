#pragma once

#include <filesystem>
#include <memory>

#include "facedeblur/restore/compute_device.h"
#include "facedeblur/restore/restorer.h"

namespace facedeblur {

/// Opens a weights file: the project's own model file, which names its network, or Keras 2 HDF5
/// weights of the reference network. Its self-test, where it has one, is run.
/// Throws Error(kModel) with a line that names the file: unreadable, not such a file, an unknown
/// network, tensors that do not fit, or a failed self-test.
std::unique_ptr<FaceRestorer> LoadRestorer(const std::filesystem::path& weights,
                                           const ComputeDevice& device);

}  // namespace facedeblur
