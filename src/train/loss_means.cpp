#include "train/loss_means.h"

namespace facedeblur {

void LossMeans::Add(const Loss& loss) {
  AddTerm("loss", loss.total);
  for (const auto& [name, value] : loss.terms) AddTerm(name, value);
}

std::map<std::string, double> LossMeans::Take() {
  std::map<std::string, double> means;
  for (const auto& [name, sum] : sums_) means[name] = sum.first / static_cast<double>(sum.second);
  sums_.clear();
  return means;
}

void LossMeans::AddTerm(const std::string& name, const torch::Tensor& value) {
  auto& [sum, count] = sums_[name];
  sum += value.item<double>();
  ++count;
}

}  // namespace facedeblur
