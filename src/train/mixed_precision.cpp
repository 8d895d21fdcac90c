#include "train/mixed_precision.h"

#include <ATen/autocast_mode.h>

#include "facedeblur/util/error.h"

namespace facedeblur {

bool UseMixedPrecision(const std::string& precision, const torch::Device& device) {
  if (precision == "fp32") return false;
  if (precision == "bf16") return true;
  if (precision != "auto") {
    throw Error(ErrorKind::kUsage, "unknown precision '" + precision + "': fp32, bf16 or auto");
  }
  if (device.is_cuda()) return true;
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
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
