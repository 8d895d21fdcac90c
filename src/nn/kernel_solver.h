#pragma once

#include <torch/types.h>

#include <cstdint>

namespace facedeblur {

/// Finds blur kernels from blurred images and their restorations:
///
///   min over k >= 0 of |grad y - k * grad x|^2 + lambda E |k - prior|^2
///
/// over the region of y that the kernel never reaches out of x from (no border is made up), where
/// `*` is correlation and E the energy of grad x there, so that lambda is a pure number. Solved by
/// accelerated projected gradient descent (Beck and Teboulle, "A Fast Iterative
/// Shrinkage-Thresholding Algorithm", SIAM J. Imaging Sci. 2-1, 2009) with products in the Fourier
/// domain. From the true sharp image it finds the true kernel to a similarity of .95 and more,
/// which least squares on windowed images, and without k >= 0, does not.
///
/// Each image of a batch is solved as if it were alone. Differentiable in images and priors.
class KernelSolver {
 public:
  /// `blurred` and `restored`: Nx3xHxW, BGR, 0..1. `size`: of the kernels, odd, below H and W.
  KernelSolver(const torch::Tensor& blurred, const torch::Tensor& restored, std::int64_t size);

  /// `prior`: Nx`size`x`size`, where the descent also begins. Returns as many kernels, not
  /// normalised: entries >= 0 that sum to about 1.
  torch::Tensor Solve(const torch::Tensor& prior, double lambda, int steps) const;

  /// The same with a lambda for each image, Nx1x1.
  torch::Tensor Solve(const torch::Tensor& prior, const torch::Tensor& lambda, int steps) const;

  /// What kernels leave unexplained, |grad y - k * grad x|^2 over E: Nx1x1. Of kernels that the
  /// restorations were made with this is noise above all, right kernels or not, and a solution
  /// follows it the more, the larger it is.
  torch::Tensor Unexplained(const torch::Tensor& kernels) const;

 private:
  torch::Tensor Correlate(const torch::Tensor& kernels) const;
  torch::Tensor Adjoint(const torch::Tensor& residuals) const;
  torch::Tensor NormalProduct(const torch::Tensor& kernels) const;
  torch::Tensor LargestEigenvalue() const;

  std::int64_t size_;
  std::int64_t valid_rows_;
  std::int64_t valid_columns_;
  std::int64_t transform_rows_;
  std::int64_t transform_columns_;
  torch::Tensor gradients_;   // of y, Nx2x...
  torch::Tensor spectrum_;    // of x, Nx1x...
  torch::Tensor right_side_;  // of the normal equations, Nx size x size
  torch::Tensor energy_;      // Nx1x1
  torch::Tensor step_limit_;  // Nx1x1
};

/// Fades out what is small beside a kernel's peak, most of it noise, and scales the rest to a sum
/// of 1: entries of 15 % of the peak and more are kept, smaller ones go to 0 smoothly, so that
/// rounding on another processor cannot switch an entry off. NxKxK.
torch::Tensor KeepPeaks(const torch::Tensor& kernels);

/// Moves each kernel, by fractions of a pixel with bilinear weights, so that its centre of mass is
/// in the middle: an off-centre kernel also moves the image, and from the blurred image alone
/// nobody can tell that it did. NxKxK, K odd; sums are kept at 1.
torch::Tensor CenterKernels(const torch::Tensor& kernels);

/// Kernels as they are in images enlarged by a factor of at least 1: NxKxK, K odd -> the least odd
/// size that holds them, by bilinear weights. Sums are 1, the middle stays in the middle.
torch::Tensor EnlargeKernels(const torch::Tensor& kernels, double factor);

/// Root mean square distance of NxKxK kernels' mass from its centre, pixels: N in float64. Entries
/// sum to 1.
torch::Tensor RmsRadius(const torch::Tensor& kernels);

}  // namespace facedeblur
