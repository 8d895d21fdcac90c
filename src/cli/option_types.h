#pragma once

#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

#include "facedeblur/pipeline/shard.h"
#include "facedeblur/restore/compute_device.h"

namespace facedeblur {

/// How options of these types are read and shown. Reading throws Error(kUsage) for nonsense.
std::istream& operator>>(std::istream& in, DeviceRequest& device);
std::ostream& operator<<(std::ostream& out, const DeviceRequest& device);
std::istream& operator>>(std::istream& in, Shard& shard);
std::ostream& operator<<(std::ostream& out, const Shard& shard);

/// The words for an enumeration's values. The first word for a value is the one that is shown.
template <typename Enum>
using Choices = std::vector<std::pair<std::string, Enum>>;

template <typename Enum>
std::string WordFor(Enum value, const Choices<Enum>& choices) {
  for (const auto& [word, meaning] : choices) {
    if (meaning == value) return word;
  }
  return "";
}

template <typename Enum>
std::string JoinedWords(const Choices<Enum>& choices) {
  std::string joined;
  for (const auto& choice : choices) joined += (joined.empty() ? "" : ",") + choice.first;
  return joined;
}

/// `asked` where it is positive, or else one for each processor.
std::size_t ThreadCount(int asked);

}  // namespace facedeblur
