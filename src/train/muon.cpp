#include "train/muon.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace facedeblur {

torch::Tensor Orthogonalized(const torch::Tensor& matrix) {
  // With these, singular values come near 1 fast rather than exactly.
  constexpr double kLinear = 3.4445;
  constexpr double kCubic = -4.7750;
  constexpr double kQuintic = 2.0315;
  constexpr int kSteps = 5;
  const bool tall = matrix.size(0) > matrix.size(1);
  torch::Tensor x = tall ? matrix.t() : matrix;  // the product with its transpose is smaller then
  x = x / x.norm().clamp_min(1e-20);
  for (int i = 0; i < kSteps; ++i) {
    const torch::Tensor square = x.matmul(x.t());
    x = kLinear * x + (kCubic * square + kQuintic * square.matmul(square)).matmul(x);
  }
  return tall ? x.t() : x;
}

Muon::Muon(std::vector<torch::Tensor> parameters, double weight_decay)
    : parameters_(std::move(parameters)), weight_decay_(weight_decay) {
  for (const torch::Tensor& parameter : parameters_) {
    momenta_.push_back(torch::zeros_like(parameter.detach()));
  }
}

void Muon::Step(double learning_rate) {
  const torch::NoGradGuard no_grad;
  constexpr double kMomentum = 0.95;
  constexpr double kLength = 0.2;  // the root mean square of AdamW's steps
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    torch::Tensor& parameter = parameters_[i];
    const torch::Tensor gradient = parameter.grad();
    if (!gradient.defined()) continue;
    momenta_[i].mul_(kMomentum).add_(gradient);
    const torch::Tensor ahead = (gradient + kMomentum * momenta_[i]).flatten(1);
    const auto larger_side = static_cast<double>(std::max(ahead.size(0), ahead.size(1)));
    parameter.mul_(1 - learning_rate * weight_decay_);
    parameter.add_(Orthogonalized(ahead).view(parameter.sizes()),
                   -learning_rate * kLength * std::sqrt(larger_side));
  }
}

}  // namespace facedeblur
