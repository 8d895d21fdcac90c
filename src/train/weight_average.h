#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace facedeblur {

/// An exponential moving average of a module's parameters (Polyak and Juditsky 1992): it restores
/// better than the parameters of any single step.
class WeightAverage {
 public:
  /// Begins as the parameters are.
  explicit WeightAverage(torch::nn::Module* module);

  /// Takes in the parameters after the given step, counted from 1. `decay` is what the average
  /// keeps of itself; it keeps less early on, or it would long remember the first random weights.
  void Update(std::int64_t step, double decay);

  /// In the order of the parameters.
  const std::vector<torch::Tensor>& tensors() const { return tensors_; }

  /// While one lives, the module has the averages for its parameters.
  class InPlace {
   public:
    explicit InPlace(WeightAverage* average) : average_(average) { average_->Exchange(); }
    ~InPlace() { average_->Exchange(); }
    InPlace(const InPlace&) = delete;
    InPlace& operator=(const InPlace&) = delete;

   private:
    WeightAverage* average_;
  };

 private:
  void Exchange();

  std::vector<torch::Tensor> parameters_;
  std::vector<torch::Tensor> tensors_;
};

}  // namespace facedeblur
