#include "facedeblur/dataset/random_streams.h"

#include "facedeblur/util/hash.h"

namespace facedeblur {

RandomStreams::RandomStreams(std::uint64_t seed, std::uint64_t index)
    : key_(Random(seed, index).Bits()) {}

Random RandomStreams::Stream(std::string_view name) const { return Random(key_ ^ Fnv1a(name)); }

}  // namespace facedeblur
