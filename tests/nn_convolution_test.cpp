#include <gtest/gtest.h>
#include <torch/nn/functional/conv.h>
#include <torch/nn/functional/pixelshuffle.h>
#include <torch/nn/modules/conv.h>

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "facedeblur/nn/device.h"
#include "facedeblur/nn/precision.h"
#include "nn/convolution.h"

namespace facedeblur {
namespace {

namespace F = torch::nn::functional;

double Difference(const torch::Tensor& a, const torch::Tensor& b) {
  EXPECT_EQ(a.sizes(), b.sizes());
  return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

torch::Tensor Plain(const Convolution& convolution, const torch::Tensor& x, int stride,
                    int padding) {
  const auto parameters = convolution->named_parameters();
  return torch::conv2d(x.to(torch::kFloat64), parameters["weight"].to(torch::kFloat64),
                       parameters["bias"].to(torch::kFloat64), stride, padding);
}

TEST(Convolution, IsTheConvolution) {
  const InferenceScope inference;
  torch::manual_seed(1);
  Convolution convolution(5, 7, 3, 2, 1, Activation::kRelu);
  const torch::Tensor x = torch::randn({2, 5, 17, 20});
  EXPECT_LT(Difference(convolution(x), torch::relu(Plain(convolution, x, 2, 1))), 1e-5);
}

TEST(Convolution, StartsAsPyTorchsDoes) {
  torch::manual_seed(2);
  Convolution ours(12, 32, 3, 1, 1);
  torch::manual_seed(2);
  torch::nn::Conv2d theirs(torch::nn::Conv2dOptions(12, 32, 3).padding(1));
  EXPECT_TRUE(torch::equal(ours->named_parameters()["weight"], theirs->weight));
  EXPECT_TRUE(torch::equal(ours->named_parameters()["bias"], theirs->bias));
}

// More sizes than are kept, the first one again when it no longer is, and a layer whose blocks
// oneDNN chooses by size.
TEST(Convolution, PackedGivesTheSameAtEverySize) {
  const InferenceScope inference;
  torch::manual_seed(3);
  for (const Activation activation : {Activation::kNone, Activation::kRelu}) {
    Convolution convolution(192, 40, 3, 1, 1, activation);
    std::vector<torch::Tensor> images;
    std::vector<torch::Tensor> expected;
    for (int i = 0; i < 20; ++i) {
      const int size = i < 18 ? 8 + 2 * i : 8;
      images.push_back(torch::randn({1, 192, size, size}));
      const torch::Tensor plain = Plain(convolution, images.back(), 1, 1);
      expected.push_back(activation == Activation::kRelu ? torch::relu(plain) : plain);
    }
    convolution->Pack(torch::kFloat32);
    for (std::size_t i = 0; i < images.size(); ++i) {
      EXPECT_LT(Difference(convolution(images[i]), expected[i]), 1e-4) << images[i].sizes();
    }
  }
}

TEST(Convolution, UnshufflesBeforehand) {
  const InferenceScope inference;
  torch::manual_seed(4);
  Convolution convolution(12, 8, 3, 1, 1, Activation::kNone, /*unshuffle=*/2);
  const torch::Tensor x = torch::randn({1, 3, 32, 48});
  const torch::Tensor expected =
      Plain(convolution, F::pixel_unshuffle(x, F::PixelUnshuffleFuncOptions(2)), 1, 1);
  EXPECT_LT(Difference(convolution(x), expected), 1e-5);
  convolution->Pack(torch::kFloat32);
  EXPECT_LT(Difference(convolution(x), expected), 1e-5);
}

TEST(Convolution, HalfTheBitsComeNear) {
  if (!HasBfloat16({})) GTEST_SKIP() << "the processor has no bfloat16";
  const InferenceScope inference;
  torch::manual_seed(5);
  Convolution convolution(32, 32, 3, 1, 1);
  const torch::Tensor x = torch::randn({1, 32, 24, 24});
  const torch::Tensor sum = torch::randn({1, 32, 24, 24});
  const torch::Tensor expected = Plain(convolution, x, 1, 1);
  convolution->Pack(torch::kBFloat16);
  const torch::Tensor packed = convolution(x);
  if (packed.scalar_type() == torch::kFloat32) GTEST_SKIP() << "built without oneDNN";
  EXPECT_EQ(packed.scalar_type(), torch::kBFloat16);
  EXPECT_LT(Difference(packed, expected), 0.05);
  EXPECT_LT(Difference(convolution->Onto(sum, x), sum + expected), 0.05);
}

// The ReLU comes behind the sum, in every form: as LibTorch, oneDNN (12 to 20 channels) and
// Winograd's kernels (16 to 32) compute it.
TEST(Convolution, IsAddedToASum) {
  const InferenceScope inference;
  torch::manual_seed(8);
  for (const auto& [in, out] : {std::pair(12, 20), std::pair(16, 32)}) {
    for (const Activation activation : {Activation::kNone, Activation::kRelu}) {
      Convolution convolution(in, out, 3, 1, 1, activation);
      const torch::Tensor x = torch::randn({2, in, 24, 20});
      const torch::Tensor sum = torch::randn({2, out, 24, 20});
      torch::Tensor expected = sum.to(torch::kFloat64) + Plain(convolution, x, 1, 1);
      if (activation == Activation::kRelu) expected = torch::relu(expected);
      EXPECT_LT(Difference(convolution->Onto(sum.clone(), x), expected), 1e-5);
      convolution->Pack(torch::kFloat32);
      EXPECT_LT(Difference(convolution->Onto(sum.clone(), x), expected), 1e-5);
      EXPECT_LT(Difference(convolution->Onto(sum.to(torch::kFloat64), x), expected), 1e-5);
    }
  }
}

TEST(Convolution, PackedRefusesASumOfAnotherSize) {
  const InferenceScope inference;
  for (const int channels : {4, 16}) {
    Convolution convolution(channels, channels, 3, 1, 1);
    convolution->Pack(torch::kFloat32);
    EXPECT_ANY_THROW(
        convolution->Onto(torch::ones({1, channels, 18, 16}), torch::ones({1, channels, 16, 16})));
  }
}

// The work is split for a number of threads; the sums are the same.
TEST(Convolution, PackedGivesTheSameBitsOnAnyNumberOfThreads) {
  torch::manual_seed(9);
  const int before = torch::get_num_threads();
  const InferenceScope inference;
  Convolution convolution(96, 64, 3, 1, 1);
  convolution->Pack(torch::kFloat32);
  const torch::Tensor x = torch::randn({1, 96, 12, 12});
  torch::set_num_threads(1);
  const torch::Tensor one = convolution(x);
  for (const int threads : {2, 3, 4}) {
    torch::set_num_threads(threads);
    EXPECT_TRUE(torch::equal(convolution(x), one)) << threads;
  }
  torch::set_num_threads(before);
}

// All of them meet sizes that are new to the convolution.
TEST(Convolution, PackedServesSeveralThreads) {
  torch::manual_seed(6);
  Convolution convolution(192, 40, 3, 1, 1);
  const std::vector<int> sizes = {8, 10, 24, 32};
  std::vector<torch::Tensor> images;
  std::vector<torch::Tensor> expected;
  for (const int size : sizes) {
    const InferenceScope inference;
    images.push_back(torch::randn({1, 192, size, size}));
    expected.push_back(Plain(convolution, images.back(), 1, 1));
  }
  convolution->Pack(torch::kFloat32);
  std::vector<double> difference(sizes.size(), 0);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    threads.emplace_back([&, i] {
      const InferenceScope inference;
      for (std::size_t round = 0; round < 20; ++round) {
        const std::size_t which = (i + round) % sizes.size();
        difference[i] =
            std::max(difference[i], Difference(convolution(images[which]), expected[which]));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const double largest : difference) EXPECT_LT(largest, 1e-4);
}

TEST(Convolution, StaysUninitializedWhereAsked) {
  torch::manual_seed(7);
  const torch::Tensor before = torch::rand({1});
  torch::manual_seed(7);
  {
    const UninitializedScope scope;
    const Convolution convolution(32, 32, 3, 1, 1);
  }
  EXPECT_TRUE(torch::equal(torch::rand({1}), before));  // no random number was drawn
}

}  // namespace
}  // namespace facedeblur
