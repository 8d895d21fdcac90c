#include "train/losses.h"

#include <torch/fft.h>

namespace facedeblur {

void Loss::Add(const std::string& name, const torch::Tensor& value, double weight) {
  const torch::Tensor weighted = value * weight;
  total = total.defined() ? total + weighted : weighted;
  terms.emplace_back(name, value);
}

void Loss::Add(const std::string& name, const torch::Tensor& values,
               const torch::Tensor& image_weights, double weight) {
  Add(name, (values * image_weights).mean(), weight);
  terms.back().second = values.mean();
}

torch::Tensor CharbonnierLoss(const torch::Tensor& a, const torch::Tensor& b,
                              const torch::Tensor& weights) {
  constexpr double kEpsilon = 1e-3;
  const torch::Tensor distance = torch::sqrt((a - b).square() + kEpsilon * kEpsilon);
  return (distance * weights).mean({1, 2, 3}) / weights.mean({1, 2, 3});
}

torch::Tensor FourierLoss(const torch::Tensor& a, const torch::Tensor& b) {
  const torch::Tensor spectrum = torch::fft::rfft2(a - b);
  const double half_side = 0.5 * static_cast<double>(a.size(-1));
  return torch::view_as_real(spectrum).abs().mean({1, 2, 3, 4}) / half_side;
}

torch::Tensor KernelLoss(const torch::Tensor& log_kernel, const torch::Tensor& kernel) {
  return -(kernel * log_kernel).sum({1, 2}).mean();
}

torch::Tensor FeatureLoss(FeatureExtractor* extractor, const torch::Tensor& restored,
                          const torch::Tensor& sharp) {
  std::vector<torch::Tensor> expected;
  {
    const torch::NoGradGuard no_grad;
    expected = extractor->Features(sharp);
  }
  const std::vector<torch::Tensor> features = extractor->Features(restored);
  torch::Tensor sum;
  for (std::size_t i = 0; i < features.size(); ++i) {
    const torch::Tensor truth = expected[i].to(torch::kFloat32);
    const torch::Tensor difference =
        (features[i].to(torch::kFloat32) - truth).abs().mean() / (truth.abs().mean() + 1e-6);
    sum = sum.defined() ? sum + difference : difference;
  }
  return sum / static_cast<double>(features.size());
}

torch::Tensor BalanceWeights(const torch::Tensor& charbonnier, double balance) {
  constexpr double kUsual = 0.03;     // keeps the learning rate's meaning
  constexpr double kSmallest = 5e-3;  // else sharp images would count for all others
  return (kUsual / charbonnier.detach().clamp_min(kSmallest)).pow(balance);
}

ImageLoss::ImageLoss(const LossOptions& options, const torch::Device& device) : options_(options) {
  if (!options.feature_network.empty()) {
    extractor_ = LoadFeatureExtractor(options.feature_network, device);
  }
}

Loss ImageLoss::operator()(const torch::Tensor& restored, const TrainingBatch& batch) const {
  Loss loss;
  const torch::Tensor pixel =
      CharbonnierLoss(restored, batch.sharp, 1 + options_.structure * batch.structure);
  const torch::Tensor balance = BalanceWeights(pixel, options_.balance);
  loss.Add("pixel", pixel, balance, 1);
  if (options_.fourier > 0) {
    loss.Add("fourier", FourierLoss(restored, batch.sharp), balance, options_.fourier);
  }
  if (extractor_) {
    loss.Add("feature", FeatureLoss(extractor_.get(), restored, batch.sharp), options_.feature);
  }
  return loss;
}

}  // namespace facedeblur
