#pragma once

#include <c10/core/Device.h>

namespace facedeblur {

/// While one lives and is enabled, its thread runs convolutions and linear layers in bfloat16
/// (which has the range of a float: unlike half precision it needs no scaling of the loss) and
/// everything that needs more precision in float32.
///
/// LibTorch's cache of cast weights stays off meanwhile. It would hand a cast made without
/// gradients to a later use that needs them, and it is one for the whole process, emptied at the
/// end of any scope. Networks that only run have their weights cast once instead, by Module::to().
class MixedPrecision {
 public:
  MixedPrecision(bool enabled, const c10::Device& device);
  ~MixedPrecision();
  MixedPrecision(const MixedPrecision&) = delete;
  MixedPrecision& operator=(const MixedPrecision&) = delete;

 private:
  bool enabled_;
  c10::DeviceType type_;
  bool on_before_ = false;
  bool cached_before_ = false;
};

/// Whether the calling thread runs in it on such a device.
bool IsMixedPrecision(const c10::Device& device);

}  // namespace facedeblur
