#pragma once

#include <torch/types.h>

#include <vector>

namespace facedeblur {

/// Wiener deconvolution: conj(H) Y / (|H|^2 + nsr) for each noise-to-signal ratio, in the Fourier
/// domain of the image extended by `border` mirrored pixels on every side.
/// `image` NxCxHxW, `kernel` NxKxK with K odd and entries that sum to 1 (the image is the sharp
/// one *correlated* with the kernel). Returns Nx(C*ratios)xHxW, the ratios' results one after the
/// other. Differentiable in both.
torch::Tensor WienerDeconvolve(const torch::Tensor& image, const torch::Tensor& kernel,
                               const std::vector<double>& noise_to_signal, std::int64_t border);

/// The same into `target`, which may be a part of a larger tensor.
void WienerDeconvolve(const torch::Tensor& image, const torch::Tensor& kernel,
                      const std::vector<double>& noise_to_signal, std::int64_t border,
                      const torch::Tensor& target);

}  // namespace facedeblur
