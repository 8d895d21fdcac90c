#pragma once

#include <torch/types.h>

#include <string>

namespace facedeblur {

/// Whether convolutions are to run in bfloat16 (which has the range of a float: unlike half
/// precision it needs no scaling of the loss): "fp32", "bf16", or "auto": where the hardware has
/// it. Throws Error(kUsage) for other words.
bool UseMixedPrecision(const std::string& precision, const torch::Device& device);

/// Convolutions in bfloat16 while it lives, where enabled; what needs more precision keeps it.
class MixedPrecision {
 public:
  MixedPrecision(bool enabled, const torch::Device& device);
  ~MixedPrecision();
  MixedPrecision(const MixedPrecision&) = delete;
  MixedPrecision& operator=(const MixedPrecision&) = delete;

 private:
  bool enabled_;
  bool cuda_;
};

}  // namespace facedeblur
