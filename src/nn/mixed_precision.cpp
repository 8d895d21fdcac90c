#include "nn/mixed_precision.h"

#include <ATen/autocast_mode.h>

#include "facedeblur/nn/device.h"

namespace facedeblur {

bool UseMixedPrecision(const std::string& precision, const torch::Device& device) {
  RequirePrecisionName(precision);
  if (precision != "auto") return precision == "bf16";
  return device.is_cuda() || CpuHasBfloat16();
}

MixedPrecision::MixedPrecision(bool enabled, const torch::Device& device)
    : enabled_(enabled), cuda_(device.is_cuda()) {
  if (!enabled_) return;
  if (cuda_) {
    at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
    at::autocast::set_enabled(true);
  } else {
    at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
    at::autocast::set_cpu_enabled(true);
  }
  at::autocast::increment_nesting();
}

MixedPrecision::~MixedPrecision() {
  if (!enabled_) return;
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  if (cuda_) {
    at::autocast::set_enabled(false);
  } else {
    at::autocast::set_cpu_enabled(false);
  }
}

}  // namespace facedeblur
