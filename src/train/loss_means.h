#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "train/losses.h"

namespace facedeblur {

/// Running means of a loss and its terms.
class LossMeans {
 public:
  /// A term's mean is over the losses that have it; "loss" is the mean of the totals.
  void Add(const Loss& loss);

  /// The means so far, by name; starts anew.
  std::map<std::string, double> Take();

 private:
  void AddTerm(const std::string& name, const torch::Tensor& value);

  std::map<std::string, std::pair<double, std::int64_t>> sums_;
};

}  // namespace facedeblur
