#include "cli/option_types.h"

#include <algorithm>
#include <istream>
#include <ostream>
#include <thread>

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

std::size_t ThreadCount(int asked) {
  return asked > 0 ? static_cast<std::size_t>(asked)
                   : std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace facedeblur
