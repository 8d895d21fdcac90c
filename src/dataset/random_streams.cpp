#include "facedeblur/dataset/random_streams.h"

namespace facedeblur {
namespace {

/// FNV-1a, 64 bits (Fowler, Noll and Vo).
std::uint64_t HashOf(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001B3ULL;
  }
  return hash;
}

}  // namespace

RandomStreams::RandomStreams(std::uint64_t seed, std::uint64_t index)
    : key_(Random(seed, index).Bits()) {}

Random RandomStreams::Stream(std::string_view name) const { return Random(key_ ^ HashOf(name)); }

}  // namespace facedeblur
