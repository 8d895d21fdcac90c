#pragma once

#include <filesystem>
#include <memory>

#include "facedeblur/backend/backend.h"
#include "facedeblur/restore/compute_device.h"

namespace facedeblur {

/// What the commands beside `restore` begin with: logging, and one thread for each operation of
/// OpenCV, since work is spread over images and faces. A signal ends them at once, unless they
/// install handlers.
void PrepareCommand();

/// A backend and the device to run on.
struct Compute {
  const Backend* backend = nullptr;
  ComputeDevice device;
};

/// Opens the backend and resolves the device; says on the log why the choice fell on the CPU.
/// Throws Error(kDevice), Error(kModel).
Compute OpenCompute(const DeviceRequest& request, Precision precision);

/// The restorer of weights that were read from a file, whose name is put in front of the errors.
/// Throws Error(kModel), Error(kDevice).
std::unique_ptr<FaceRestorer> MakeRestorer(Weights content, const std::filesystem::path& weights,
                                           const Compute& compute);

/// Reads a weights file and makes its restorer, with the file's name in the errors. Throws
/// Error(kModel), Error(kDevice).
std::unique_ptr<FaceRestorer> LoadRestorer(const std::filesystem::path& weights,
                                           const Compute& compute);

}  // namespace facedeblur
