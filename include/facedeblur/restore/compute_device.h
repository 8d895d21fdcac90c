#pragma once

#include <optional>
#include <string>

namespace facedeblur {

/// Where networks run.
struct ComputeDevice {
  bool cuda = false;
  int index = 0;  ///< of the CUDA device

  std::string ToString() const;  ///< "cpu" or "cuda:N"
};

/// Reads "cpu", "cuda" or "cuda:N"; nothing for "auto". Throws Error(kUsage) for other words.
std::optional<ComputeDevice> ParseDevice(const std::string& name);

}  // namespace facedeblur
