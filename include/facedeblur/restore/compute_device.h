#pragma once

#include <optional>
#include <string>

namespace facedeblur {

/// Where networks run, and how precisely.
struct ComputeDevice {
  bool cuda = false;
  int index = 0;          ///< of the CUDA device
  bool bfloat16 = false;  ///< convolutions in bfloat16 instead of float32

  std::string ToString() const;  ///< "cpu" or "cuda:N", and ", bf16" where it is
};

/// Reads "cpu", "cuda" or "cuda:N"; nothing for "auto". Throws Error(kUsage) for other words.
std::optional<ComputeDevice> ParseDevice(const std::string& name);

/// Throws Error(kUsage) for anything but "fp32", "bf16" and "auto".
void RequirePrecisionName(const std::string& name);

}  // namespace facedeblur
