#include "nn/mixed_precision.h"

#include <ATen/autocast_mode.h>
#include <torch/version.h>

namespace facedeblur {
namespace {

namespace autocast = at::autocast;

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)

bool IsOn(c10::DeviceType type) { return autocast::is_autocast_enabled(type); }
void SetOn(c10::DeviceType type, bool on) { autocast::set_autocast_enabled(type, on); }
void ChooseBfloat16(c10::DeviceType type) { autocast::set_autocast_dtype(type, at::kBFloat16); }

#else  // one function for each kind of device

bool IsOn(c10::DeviceType type) {
  return type == at::kCUDA ? autocast::is_enabled() : autocast::is_cpu_enabled();
}
void SetOn(c10::DeviceType type, bool on) {
  type == at::kCUDA ? autocast::set_enabled(on) : autocast::set_cpu_enabled(on);
}
void ChooseBfloat16(c10::DeviceType type) {
  type == at::kCUDA ? autocast::set_autocast_gpu_dtype(at::kBFloat16)
                    : autocast::set_autocast_cpu_dtype(at::kBFloat16);
}

#endif

}  // namespace

bool IsMixedPrecision(const c10::Device& device) { return IsOn(device.type()); }

MixedPrecision::MixedPrecision(bool enabled, const c10::Device& device)
    : enabled_(enabled), type_(device.type()) {
  if (!enabled_) return;
  on_before_ = IsOn(type_);
  cached_before_ = autocast::is_autocast_cache_enabled();
  autocast::set_autocast_cache_enabled(false);
  ChooseBfloat16(type_);
  SetOn(type_, true);
}

MixedPrecision::~MixedPrecision() {
  if (!enabled_) return;
  SetOn(type_, on_before_);
  autocast::set_autocast_cache_enabled(cached_before_);
}

}  // namespace facedeblur
