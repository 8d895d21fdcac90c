#pragma once

#include <cstdint>

namespace facedeblur {

/// A small random generator whose numbers are the same on every platform and compiler (the standard
/// library's distributions are not): SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  /// A generator for one item of a numbered sequence: items can be made in any order, on any
  /// thread.
  Random(std::uint64_t seed, std::uint64_t index);

  std::uint64_t Bits();
  /// low <= x < high.
  double Uniform(double low, double high);
  /// low <= n <= high.
  int Integer(int low, int high);
  /// Mean 0, standard deviation 1 (Box and Muller 1958).
  double Normal();
  bool Chance(double probability) { return Uniform(0, 1) < probability; }

 private:
  std::uint64_t state_;
};

}  // namespace facedeblur
