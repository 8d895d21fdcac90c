#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "facedeblur/backend/backend.h"
#include "facedeblur/restore/compute_device.h"
#include "facedeblur/restore/restorer.h"

namespace facedeblur {

/// A backend and the device to run on.
struct Compute {
  const Backend* backend = nullptr;
  ComputeDevice device;
  std::string note;  ///< why the choice fell on the CPU; empty where nothing was passed over
};

/// Opens the backend and resolves the device. Throws Error(kDevice), Error(kModel).
Compute OpenCompute(const DeviceRequest& request, Precision precision);

/// Which network somebody wants, and where it is to run.
struct NetworkRequest {
  std::filesystem::path weights;  ///< as FindWeights() finds them
  std::filesystem::path models;   ///< the folder to look in; empty: see ModelFolders()
  DeviceRequest device;
  Precision precision = Precision::kFloat32;
};

/// The network, and where it came from and runs.
struct LoadedNetwork {
  std::filesystem::path weights;
  std::string weights_sha256;
  Compute compute;
  std::unique_ptr<FaceRestorer> restorer;
};

/// Reads the weights while it opens the backend. Throws Error(kModel), with the file's name where
/// the weights are to blame, and Error(kDevice).
LoadedNetwork LoadNetwork(const NetworkRequest& request);

}  // namespace facedeblur
