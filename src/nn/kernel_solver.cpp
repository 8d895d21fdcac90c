#include "nn/kernel_solver.h"

#include <torch/nn/functional/padding.h>
#include <torch/nn/functional/vision.h>

#include <cmath>

#include "nn/chip_tensor.h"
#include "nn/fourier.h"

namespace facedeblur {
namespace {

using torch::indexing::Ellipsis;
using torch::indexing::None;
using torch::indexing::Slice;

/// Forward differences along x and y where both exist: Nx1xHxW -> Nx2x(H-1)x(W-1).
torch::Tensor Gradients(const torch::Tensor& grey) {
  const torch::Tensor corner = grey.index({Ellipsis, Slice(None, -1), Slice(None, -1)});
  return torch::cat({grey.index({Ellipsis, Slice(None, -1), Slice(1, None)}) - corner,
                     grey.index({Ellipsis, Slice(1, None), Slice(None, -1)}) - corner},
                    1);
}

/// The adjoint of Gradients(): Nx2x(H-1)x(W-1) -> Nx1xHxW.
torch::Tensor GradientsAdjoint(const torch::Tensor& gradients) {
  namespace F = torch::nn::functional;
  const torch::Tensor along_x = gradients.slice(1, 0, 1);
  const torch::Tensor along_y = gradients.slice(1, 1, 2);
  return F::pad(along_x, F::PadFuncOptions({1, 0, 0, 1})) +
         F::pad(along_y, F::PadFuncOptions({0, 1, 1, 0})) -
         F::pad(along_x + along_y, F::PadFuncOptions({0, 1, 0, 1}));
}

torch::Tensor LengthOf(const torch::Tensor& kernels) {
  return kernels.flatten(1).norm(2, 1).clamp_min(1e-30).view({-1, 1, 1});
}

}  // namespace

KernelSolver::KernelSolver(const torch::Tensor& blurred, const torch::Tensor& restored,
                           std::int64_t size)
    : size_(size) {
  const torch::Tensor grey = Luma(restored);
  const torch::Tensor x = grey - grey.mean({2, 3}, /*keepdim=*/true);  // gradients stay the same
  valid_rows_ = x.size(2) - size + 1;
  valid_columns_ = x.size(3) - size + 1;
  const std::int64_t reach = size / 2;
  const torch::Tensor y =
      Luma(blurred).slice(2, reach, reach + valid_rows_).slice(3, reach, reach + valid_columns_);
  // Sums over the valid region never reach around a period of this length.
  transform_rows_ = FastTransformSize(x.size(2));
  transform_columns_ = FastTransformSize(x.size(3));
  spectrum_ = TransformPlanes(x, transform_rows_, transform_columns_);
  gradients_ = Gradients(y);
  right_side_ = Adjoint(GradientsAdjoint(gradients_));
  const torch::Tensor gradients = Gradients(x);
  const double share = static_cast<double>((valid_rows_ - 1) * (valid_columns_ - 1)) /
                       static_cast<double>(gradients.size(2) * gradients.size(3));
  energy_ = gradients.square().sum({1, 2, 3}).view({-1, 1, 1}) * share + 1e-12;
  step_limit_ = LargestEigenvalue();
}

/// k * x on the valid region: NxKxK -> Nx1xH'xW'.
torch::Tensor KernelSolver::Correlate(const torch::Tensor& kernels) const {
  const torch::Tensor k =
      TransformPlanes(kernels, transform_rows_, transform_columns_).unsqueeze(1);
  return PlanesOfTransform(spectrum_ * torch::conj(k), transform_rows_, transform_columns_)
      .slice(2, 0, valid_rows_)
      .slice(3, 0, valid_columns_);
}

/// The adjoint of Correlate(): what each entry of a kernel contributes to residuals.
torch::Tensor KernelSolver::Adjoint(const torch::Tensor& residuals) const {
  const torch::Tensor r = TransformPlanes(residuals, transform_rows_, transform_columns_);
  return PlanesOfTransform((spectrum_ * torch::conj(r)).squeeze(1), transform_rows_,
                           transform_columns_)
      .slice(1, 0, size_)
      .slice(2, 0, size_);
}

/// The left side of the normal equations. Gradients are taken of k * x: one plane to transform
/// instead of two.
torch::Tensor KernelSolver::NormalProduct(const torch::Tensor& kernels) const {
  return Adjoint(GradientsAdjoint(Gradients(Correlate(kernels))));
}

/// Of NormalProduct(), by power iteration; a tenth is added, since it comes from below.
torch::Tensor KernelSolver::LargestEigenvalue() const {
  const torch::NoGradGuard no_grad;
  constexpr int kIterations = 6;
  torch::Tensor vector = torch::ones_like(right_side_);
  torch::Tensor length;
  for (int i = 0; i < kIterations; ++i) {
    vector = NormalProduct(vector);
    length = LengthOf(vector);
    vector = vector / length;
  }
  return 1.1 * length;
}

torch::Tensor KernelSolver::Unexplained(const torch::Tensor& kernels) const {
  const torch::Tensor residual = gradients_ - Gradients(Correlate(kernels));
  return residual.square().sum({1, 2, 3}).view({-1, 1, 1}) / energy_;
}

torch::Tensor KernelSolver::Solve(const torch::Tensor& prior, double lambda, int steps) const {
  return Solve(prior, torch::full_like(energy_, lambda), steps);
}

torch::Tensor KernelSolver::Solve(const torch::Tensor& prior, const torch::Tensor& lambda,
                                  int steps) const {
  const torch::Tensor pull = lambda * energy_;
  const torch::Tensor step = 1 / (step_limit_ + pull);
  const torch::Tensor right = right_side_ + pull * prior;
  torch::Tensor kernel = prior;
  torch::Tensor ahead = prior;  // where the momentum carries it
  double t = 1;
  for (int i = 0; i < steps; ++i) {
    const torch::Tensor slope = NormalProduct(ahead) + pull * ahead - right;
    const torch::Tensor next = (ahead - step * slope).clamp_min(0);
    const double t_next = (1 + std::sqrt(1 + 4 * t * t)) / 2;
    ahead = next + (t - 1) / t_next * (next - kernel);
    kernel = next;
    t = t_next;
  }
  return kernel;
}

torch::Tensor KeepPeaks(const torch::Tensor& kernels) {
  constexpr double kWhole = 0.15;  // of the peak
  const torch::Tensor peak = kernels.amax({1, 2}, /*keepdim=*/true).clamp_min(1e-12);
  const torch::Tensor t = (kernels / (kWhole * peak)).clamp(0, 1);
  const torch::Tensor kept = kernels * t.square() * (3 - 2 * t);
  return kept / kept.sum({1, 2}, /*keepdim=*/true).clamp_min(1e-12);
}

torch::Tensor EnlargeKernels(const torch::Tensor& kernels, double factor) {
  const std::int64_t old_reach = kernels.size(1) / 2;
  const auto reach = static_cast<std::int64_t>(std::ceil(factor * static_cast<double>(old_reach)));
  // Each new entry's share of each old one, along one axis.
  const torch::Tensor places =
      torch::arange(-reach, reach + 1, kernels.options()).div(factor).unsqueeze(1);
  const torch::Tensor old_places = torch::arange(-old_reach, old_reach + 1, kernels.options());
  const torch::Tensor shares = (1 - (places - old_places).abs()).clamp_min(0);
  const torch::Tensor enlarged = shares.matmul(kernels).matmul(shares.t());
  return enlarged / enlarged.sum({1, 2}, /*keepdim=*/true).clamp_min(1e-8);
}

torch::Tensor RmsRadius(const torch::Tensor& kernels) {
  const torch::Tensor k = kernels.to(torch::kFloat64);
  const torch::Tensor at = torch::arange(k.size(1), k.options());
  const auto variances = [&at](const torch::Tensor& marginals) {
    const torch::Tensor means = (marginals * at).sum(1, /*keepdim=*/true);
    return (marginals * (at - means).square()).sum(1);
  };
  return (variances(k.sum(1)) + variances(k.sum(2))).sqrt();
}

torch::Tensor CenterKernels(const torch::Tensor& kernels) {
  namespace F = torch::nn::functional;
  const std::int64_t size = kernels.size(1);
  const double middle = 0.5 * static_cast<double>(size - 1);
  const torch::Tensor at = torch::arange(size, kernels.options()) - middle;
  const torch::Tensor x = (kernels.sum(1) * at).sum(1);
  const torch::Tensor y = (kernels.sum(2) * at).sum(1);
  // grid_sample counts from -1 to 1 over the kernel's width. Not affine_grid: under autocast it
  // would compute these places in bfloat16.
  const double unit = 2 / static_cast<double>(size);
  const torch::Tensor columns = unit * (at.view({1, 1, size}) + x.view({-1, 1, 1}));
  const torch::Tensor rows = unit * (at.view({1, size, 1}) + y.view({-1, 1, 1}));
  const torch::Tensor grid = torch::stack({columns.expand_as(kernels), rows.expand_as(kernels)}, 3);
  const torch::Tensor moved =
      F::grid_sample(kernels.unsqueeze(1), grid, F::GridSampleFuncOptions().align_corners(false))
          .squeeze(1);
  return moved / moved.sum({1, 2}, /*keepdim=*/true).clamp_min(1e-12);
}

}  // namespace facedeblur
