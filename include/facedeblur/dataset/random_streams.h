#pragma once

#include <cstdint>
#include <string_view>

#include "facedeblur/util/random.h"

namespace facedeblur {

/// The random numbers of one pair: a stream of its own for every purpose, so that what one purpose
/// draws changes nothing of what another draws.
class RandomStreams {
 public:
  RandomStreams(std::uint64_t seed, std::uint64_t index);

  /// The stream of this name, from its beginning. The same arguments give the same stream on every
  /// machine.
  Random Stream(std::string_view name) const;

 private:
  std::uint64_t key_;
};

}  // namespace facedeblur
