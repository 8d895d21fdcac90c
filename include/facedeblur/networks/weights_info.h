#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "facedeblur/restore/compute_device.h"

namespace facedeblur {

/// What a weights file is.
struct WeightsInfo {
  std::string network;  ///< its name
  std::string kind;     ///< "facedeblur model" or "Keras 2 HDF5"
  std::string channels;
  double range = 0;  ///< value of white
  int chip_size = 0;
  std::int64_t parameters = 0;
  std::int64_t bytes = 0;
  std::string sha256;
  std::string training;   ///< empty where the file has no place for it
  std::string license;    ///< likewise
  std::string self_test;  ///< "passed", "none", or how it failed
};

/// Reads a weights file and runs its self-test on the device. Throws Error(kModel) with a line that
/// names the file when it is none, and Error(kDevice) when the device fails.
WeightsInfo InspectWeights(const std::filesystem::path& weights, const ComputeDevice& device);

}  // namespace facedeblur
