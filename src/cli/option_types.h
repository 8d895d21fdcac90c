#pragma once

#include <cstddef>
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

/// The values to choose from, by words. The first word for a value is the one that is shown.
template <typename Value>
using Choices = std::vector<std::pair<std::string, Value>>;

template <typename Value>
std::string WordFor(const Value& value, const Choices<Value>& choices) {
  for (const auto& [word, meaning] : choices) {
    if (meaning == value) return word;
  }
  return "";
}

/// The words that are shown, for people: "a, b or c".
template <typename Value>
std::string JoinedWords(const Choices<Value>& choices) {
  std::string joined;
  for (const auto& choice : choices) {
    if (choice.first != WordFor(choice.second, choices)) continue;  // another word for the same
    joined += (joined.empty() ? "" : ", ") + choice.first;
  }
  const std::size_t last = joined.rfind(", ");
  return last == std::string::npos ? joined : joined.replace(last, 2, " or ");
}

/// `asked` where it is positive, or else one for each processor.
std::size_t ThreadCount(int asked);

}  // namespace facedeblur
