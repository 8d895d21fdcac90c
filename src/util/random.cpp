#include "facedeblur/util/random.h"

#include <cmath>

namespace facedeblur {

Random::Random(std::uint64_t seed, std::uint64_t index) : state_(seed) {
  state_ = Bits() ^ (index * 0xD1B54A32D192ED03ULL);
  Bits();  // neighbouring indices must not give neighbouring states
}

std::uint64_t Random::Bits() {
  state_ += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

double Random::Uniform(double low, double high) {
  constexpr double kUnit = 1.0 / 9007199254740992.0;  // 2^-53
  return low + (high - low) * static_cast<double>(Bits() >> 11) * kUnit;
}

int Random::Integer(int low, int high) {
  const int n = low + static_cast<int>(Uniform(0, high - low + 1.0));
  return n > high ? high : n;
}

double Random::Normal() {
  const double radius = std::sqrt(-2 * std::log(1 - Uniform(0, 1)));
  return radius * std::cos(2 * M_PI * Uniform(0, 1));
}

}  // namespace facedeblur
