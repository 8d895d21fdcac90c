#include "train/weight_average.h"

#include <algorithm>

namespace facedeblur {

WeightAverage::WeightAverage(torch::nn::Module* module) : parameters_(module->parameters()) {
  for (const torch::Tensor& parameter : parameters_) {
    tensors_.push_back(parameter.detach().clone());
  }
}

void WeightAverage::Update(std::int64_t step, double decay) {
  const torch::NoGradGuard no_grad;
  const auto steps = static_cast<double>(step);
  const double kept = std::min(decay, (1 + steps) / (10 + steps));
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    tensors_[i].mul_(kept).add_(parameters_[i].detach(), 1 - kept);
  }
}

void WeightAverage::Exchange() {
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const torch::Tensor current = parameters_[i].detach().clone();
    parameters_[i].copy_(tensors_[i]);
    tensors_[i].copy_(current);
  }
}

}  // namespace facedeblur
