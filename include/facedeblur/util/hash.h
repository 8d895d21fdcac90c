#pragma once

#include <cstdint>
#include <string_view>

namespace facedeblur {

/// FNV-1a (Fowler, Noll and Vo), 64 bits: quick, and the same on every machine. Its low bits alone
/// are not even.
std::uint64_t Fnv1a(std::string_view text);

}  // namespace facedeblur
