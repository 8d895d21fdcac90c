#pragma once

#include <torch/types.h>

namespace facedeblur {

/// The variance of white noise in each of N images, from the median of the finest diagonal Haar
/// coefficients (Donoho and Johnstone, "Ideal Spatial Adaptation by Wavelet Shrinkage", Biometrika
/// 81-3, 1994): blurred images have next to nothing else there. Noise that was smoothed, as by JPEG
/// or by enlargement, is underestimated. Nx1xHxW, at least 2x2 -> N, without gradients.
torch::Tensor NoiseVariance(const torch::Tensor& grey);

}  // namespace facedeblur
