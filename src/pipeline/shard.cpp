#include "facedeblur/pipeline/shard.h"

#include <charconv>

#include "facedeblur/util/error.h"
#include "facedeblur/util/hash.h"

namespace facedeblur {
namespace {

bool ParseWhole(const std::string& text, int* number) {
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, *number);
  return result.ec == std::errc() && result.ptr == end;
}

}  // namespace

std::uint64_t StableHash(const std::string& text) {
  std::uint64_t hash = Fnv1a(text);
  hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9ULL;
  hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBULL;
  return hash ^ (hash >> 31);
}

bool Shard::Holds(const std::filesystem::path& relative) const {
  if (count == 1) return true;
  const auto parts = static_cast<std::uint64_t>(count);
  return StableHash(relative.generic_string()) % parts == static_cast<std::uint64_t>(index - 1);
}

Shard ParseShard(const std::string& text) {
  const std::size_t slash = text.find('/');
  Shard shard;
  if (slash == std::string::npos || !ParseWhole(text.substr(0, slash), &shard.index) ||
      !ParseWhole(text.substr(slash + 1), &shard.count) || shard.index < 1 ||
      shard.index > shard.count) {
    throw Error(ErrorKind::kUsage, "--shard takes K/N with 1 <= K <= N, not '" + text + "'");
  }
  return shard;
}

}  // namespace facedeblur
