#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

namespace facedeblur {

/// A dense row-major array of floats, as weights files hold them: no LibTorch type, so that readers
/// and writers of files do without it.
struct Tensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;

  std::int64_t ElementCount() const {
    return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
  }
};

}  // namespace facedeblur
