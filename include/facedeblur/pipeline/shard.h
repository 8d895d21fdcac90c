#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace facedeblur {

/// One part of a list of inputs that several machines share.
struct Shard {
  int index = 1;  ///< from 1 to count
  int count = 1;

  /// Whether an image belongs to this part: decided by a hash of its path below the input folder
  /// alone, so that every image is in exactly one part, whatever the order and the machine.
  bool Holds(const std::filesystem::path& relative) const;
};

/// Reads "K/N". Throws Error(kUsage) unless 1 <= K <= N.
Shard ParseShard(const std::string& text);

/// Fnv1a() (util/hash.h) with the finalizer of SplitMix64, which makes the low bits even too.
std::uint64_t StableHash(const std::string& text);

}  // namespace facedeblur
