#pragma once

#include <optional>
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

/// Reads "cpu", "cuda" or "cuda:N"; nothing for "auto". Throws Error(kUsage) for other words.
std::optional<ComputeDevice> ParseDevice(const std::string& name);

/// What convolutions are computed in.
enum class Precision { kFloat32, kBfloat16, kAuto };

/// Every precision with its name on the command line.
const std::vector<std::pair<std::string, Precision>>& PrecisionNames();

/// The precision of that name. Throws Error(kUsage) for other words.
Precision ParsePrecision(const std::string& name);

}  // namespace facedeblur
