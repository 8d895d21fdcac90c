#pragma once

#include <string>
#include <utility>
#include <vector>

namespace facedeblur {

/// Where networks run, and how precisely.
struct ComputeDevice {
  bool cuda = false;
  int index = 0;          ///< of the CUDA device
  bool bfloat16 = false;  ///< convolutions in bfloat16 instead of float32

  std::string ToString() const;  ///< "cpu" or "cuda:N", and ", bf16" where it is
};

/// Where somebody wants networks to run.
struct DeviceRequest {
  enum class Kind { kAuto, kCpu, kCuda };
  Kind kind = Kind::kAuto;
  int index = 0;  ///< of the CUDA device

  std::string ToString() const;  ///< "auto", "cpu" or "cuda:N"
};

/// Reads "auto", "cpu", "cuda" or "cuda:N". Throws Error(kUsage) for other words.
DeviceRequest ParseDevice(const std::string& name);

/// What convolutions are computed in.
enum class Precision { kFloat32, kBfloat16, kAuto };

/// Every precision with its name on the command line.
const std::vector<std::pair<std::string, Precision>>& PrecisionNames();

}  // namespace facedeblur
