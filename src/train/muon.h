#pragma once

#include <torch/types.h>

#include <vector>

namespace facedeblur {

/// The nearest to `matrix` whose singular values are about 1, 0.7 to 1.2 of them: five
/// Newton-Schulz steps (Jordan et al., "Muon", 2024, https://kellerjordan.github.io/posts/muon).
/// RxC, fp32.
torch::Tensor Orthogonalized(const torch::Tensor& matrix);

/// Muon (ibid.): steps along the momentum of a layer's gradient, made orthogonal, so that all
/// directions of a layer move alike, not only the few that have large gradients. A convolution's
/// weights are one row for each filter. A step is about as long as AdamW's at the same learning
/// rate (Liu et al., "Muon is scalable for LLM training", 2025, equation 4).
class Muon {
 public:
  /// Of parameters with two dimensions and more, the first one for outputs.
  Muon(std::vector<torch::Tensor> parameters, double weight_decay);

  /// Leaves parameters without a gradient alone.
  void Step(double learning_rate);

  /// Of each parameter; all that Muon remembers.
  const std::vector<torch::Tensor>& momenta() const { return momenta_; }

 private:
  std::vector<torch::Tensor> parameters_;
  std::vector<torch::Tensor> momenta_;
  double weight_decay_;
};

}  // namespace facedeblur
