#pragma once

#include <iosfwd>

#include "facedeblur/pipeline/shard.h"
#include "facedeblur/restore/compute_device.h"

namespace facedeblur {

/// How options of these types are read and shown. Reading throws Error(kUsage) for nonsense.
std::istream& operator>>(std::istream& in, DeviceRequest& device);
std::ostream& operator<<(std::ostream& out, const DeviceRequest& device);
std::istream& operator>>(std::istream& in, Shard& shard);
std::ostream& operator<<(std::ostream& out, const Shard& shard);

}  // namespace facedeblur
