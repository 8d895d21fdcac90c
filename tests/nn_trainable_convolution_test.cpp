#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>

#include <vector>

#include "facedeblur/nn/device.h"
#include "nn/mixed_precision.h"
#include "nn/trainable_convolution.h"

namespace facedeblur {
namespace {

struct Layer {
  int inputs;
  int outputs;
  int filter;
  int stride = 1;
  int padding = 0;
};

/// The result and the gradients of images, weights and bias for a made-up loss.
template <typename Convolution>
std::vector<torch::Tensor> Run(const Layer& layer, torch::ScalarType type,
                               const Convolution& convolve) {
  torch::manual_seed(7);
  const auto leaf = [&](c10::IntArrayRef size) {
    return torch::randn(size).to(type).requires_grad_();
  };
  const std::vector<torch::Tensor> leaves = {
      leaf({3, layer.inputs, 18, 21}),
      leaf({layer.outputs, layer.inputs, layer.filter, layer.filter}), leaf({layer.outputs})};
  const torch::Tensor result =
      convolve(leaves[0], leaves[1], leaves[2], layer.stride, layer.padding);
  const torch::Tensor loss = (result * torch::randn(result.sizes()).to(type)).sum();
  std::vector<torch::Tensor> all = torch::autograd::grad({loss}, leaves);
  all.push_back(result);
  return all;
}

std::vector<torch::Tensor> RunOurs(const Layer& layer) {
  return Run(layer, torch::kFloat32, TrainableConvolution);
}

std::vector<torch::Tensor> RunPlain(const Layer& layer) {
  return Run(layer, torch::kFloat64,
             [](const auto& x, const auto& weight, const auto& bias, int stride, int padding) {
               return torch::conv2d(x, weight, bias, stride, padding);
             });
}

/// The largest difference over the usual size of the values.
double Difference(const torch::Tensor& a, const torch::Tensor& b) {
  EXPECT_EQ(a.sizes(), b.sizes());
  return ((a.to(torch::kFloat64) - b).abs().max() / b.std()).item<double>();
}

// Winograd's in all three sizes, and what these do not support: an even filter, other steps,
// channels in no whole vectors.
TEST(TrainableConvolution, HasTheGradientsOfTheConvolution) {
  for (const Layer& layer :
       {Layer{16, 32, 3, 1, 1}, Layer{48, 16, 5, 1, 2}, Layer{32, 16, 7, 1, 3}, Layer{16, 16, 2},
        Layer{16, 16, 3, 2, 1}, Layer{16, 16, 3}, Layer{3, 16, 3, 1, 1}, Layer{16, 3, 5, 1, 2}}) {
    const std::vector<torch::Tensor> ours = RunOurs(layer);
    const std::vector<torch::Tensor> plain = RunPlain(layer);
    for (std::size_t i = 0; i < ours.size(); ++i) {
      EXPECT_LT(Difference(ours[i], plain[i]), 1e-4)
          << layer.inputs << "->" << layer.outputs << " by " << layer.filter << ", " << i;
    }
  }
}

TEST(TrainableConvolution, IsTheSameOnAnyNumberOfThreads) {
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const std::vector<torch::Tensor> one = RunOurs({48, 16, 5, 1, 2});
  at::set_num_threads(2);
  const std::vector<torch::Tensor> two = RunOurs({48, 16, 5, 1, 2});
  at::set_num_threads(before);
  // Sums over images are LibTorch's in the bias alone.
  for (const std::size_t i : {0U, 1U, 3U}) EXPECT_TRUE(torch::equal(one[i], two[i])) << i;
}

TEST(TrainableConvolution, FindsOnlyTheGradientsThatAreWanted) {
  const torch::Tensor images = torch::randn({1, 16, 8, 8});
  const torch::Tensor weight = torch::randn({16, 16, 3, 3}).requires_grad_();
  const torch::Tensor bias = torch::zeros({16});
  TrainableConvolution(images, weight, bias, 1, 1).sum().backward();
  EXPECT_TRUE(weight.grad().defined());
  EXPECT_FALSE(images.grad().defined());
  EXPECT_FALSE(bias.grad().defined());
}

TEST(TrainableConvolution, RunsWithoutGradients) {
  const InferenceScope inference;
  const torch::Tensor images = torch::randn({1, 16, 8, 8});
  const torch::Tensor weight = torch::randn({16, 16, 3, 3});
  const torch::Tensor bias = torch::randn({16});
  const torch::Tensor plain = torch::conv2d(images.to(torch::kFloat64), weight.to(torch::kFloat64),
                                            bias.to(torch::kFloat64), 1, 1);
  EXPECT_LT(Difference(TrainableConvolution(images, weight, bias, 1, 1), plain), 1e-4);
}

TEST(TrainableConvolution, LeavesMixedPrecisionToLibTorch) {
  const MixedPrecision mixed(true, torch::kCPU);
  const torch::Tensor images = torch::randn({1, 16, 8, 8});
  const torch::Tensor weight = torch::randn({16, 16, 3, 3});
  EXPECT_EQ(TrainableConvolution(images, weight, torch::zeros({16}), 1, 1).scalar_type(),
            torch::kBFloat16);
}

}  // namespace
}  // namespace facedeblur
