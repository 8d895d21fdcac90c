#include "cli/option_types.h"

#include <istream>
#include <ostream>
#include <string>

namespace facedeblur {

std::istream& operator>>(std::istream& in, DeviceRequest& device) {
  std::string text;
  std::getline(in, text);
  device = ParseDevice(text);
  return in;
}

std::ostream& operator<<(std::ostream& out, const DeviceRequest& device) {
  return out << device.ToString();
}

std::istream& operator>>(std::istream& in, Shard& shard) {
  std::string text;
  std::getline(in, text);
  shard = ParseShard(text);
  return in;
}

std::ostream& operator<<(std::ostream& out, const Shard& shard) {
  return out << shard.index << '/' << shard.count;
}

}  // namespace facedeblur
