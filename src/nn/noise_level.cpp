#include "nn/noise_level.h"

#include <tuple>

namespace facedeblur {

torch::Tensor NoiseVariance(const torch::Tensor& grey) {
  const torch::NoGradGuard no_grad;
  constexpr double kMedianOfNormal = 0.6745;  // of its absolute value, in standard deviations
  const torch::Tensor across = grey.slice(3, 1) - grey.slice(3, 0, -1);
  const torch::Tensor diagonal = 0.5 * (across.slice(2, 1) - across.slice(2, 0, -1));
  const torch::Tensor median = std::get<0>(diagonal.abs().flatten(1).median(1));
  return (median / kMedianOfNormal).square();
}

}  // namespace facedeblur
