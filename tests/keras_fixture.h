#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "facedeblur/weights/keras_weights.h"
#include "facedeblur/weights/reference_spec.h"

namespace facedeblur::testing {

/// Reproducible numbers without a random generator of any library.
class Numbers {
 public:
  explicit Numbers(unsigned seed) : state_(seed) {}
  float Uniform(float low, float high) {
    state_ = state_ * 1664525U + 1013904223U;
    return low + (high - low) * static_cast<float>(state_ >> 8) / 16777216.0F;
  }
  Tensor Fill(std::vector<std::int64_t> shape, float low, float high) {
    Tensor tensor{std::move(shape), {}};
    tensor.values.resize(static_cast<std::size_t>(tensor.ElementCount()));
    for (float& value : tensor.values) value = Uniform(low, high);
    return tensor;
  }

 private:
  unsigned state_;
};

/// Weights for the reference network as Keras would list them, names starting anywhere. Sized so
/// that values of 0..255 stay in that order of magnitude through all layers.
inline std::vector<KerasLayer> MakeReferenceLayers() {
  Numbers numbers(7);
  std::vector<KerasLayer> layers;
  std::int64_t channels = 3;
  int convolution = 16;
  int normalization = 15;
  for (const ConvolutionSpec& spec : kReferenceLayers) {
    const auto fan_in = static_cast<float>(spec.kernel * spec.kernel * channels);
    const float bound = std::sqrt(6.0F / fan_in);
    layers.push_back(
        {"conv2d_" + std::to_string(convolution++),
         {numbers.Fill({spec.kernel, spec.kernel, channels, spec.filters}, -bound, bound),
          numbers.Fill({spec.filters}, -0.5F, 0.5F)}});
    channels = spec.filters;
    if (!spec.normalized) continue;
    layers.push_back({"batch_normalization_" + std::to_string(normalization++),
                      {numbers.Fill({channels}, 0.8F, 1.2F), numbers.Fill({channels}, -1, 1),
                       numbers.Fill({channels}, -1, 1), numbers.Fill({channels}, 0.5F, 1.5F)}});
  }
  for (float& bias : layers.back().tensors[1].values) bias += 90;  // keeps the last ReLU busy
  return layers;
}

}  // namespace facedeblur::testing
