#include <gtest/gtest.h>

#include <algorithm>

#include "facedeblur/nn/device.h"
#include "nn/face_wiener_net.h"

namespace facedeblur {
namespace {

double Difference(const torch::Tensor& a, const torch::Tensor& b) {
  EXPECT_EQ(a.sizes(), b.sizes());
  return (a - b).abs().max().item<double>();
}

class FaceWienerNetOf : public ::testing::TestWithParam<bool> {};

// As batches on CUDA rely on: no face changes with the company it is in.
TEST_P(FaceWienerNetOf, StacksAreAsSingleChips) {
  const InferenceScope inference;
  torch::manual_seed(8);
  FaceWienerNet net(/*corrects_kernel=*/GetParam());
  const torch::Tensor chips = torch::rand({3, 3, 160, 160});
  const torch::Tensor first = net->EstimateFirstKernel(chips);
  const torch::Tensor kernels = net->ImproveKernel(chips, first);
  const torch::Tensor restored = net->RestoreWithKernel(chips, kernels);
  for (std::int64_t i = 0; i < chips.size(0); ++i) {
    const torch::Tensor chip = chips.narrow(0, i, 1);
    EXPECT_LT(Difference(first.narrow(0, i, 1), net->EstimateFirstKernel(chip)), 1e-6);
    const torch::Tensor kernel = net->ImproveKernel(chip, first.narrow(0, i, 1));
    EXPECT_LT(Difference(kernels.narrow(0, i, 1), kernel), 1e-5);
    EXPECT_LT(Difference(restored.narrow(0, i, 1), net->RestoreWithKernel(chip, kernel)), 1e-3);
  }
}

// Two sizes and the first one again.
TEST_P(FaceWienerNetOf, PackedIsAsBefore) {
  const InferenceScope inference;
  torch::manual_seed(9);
  FaceWienerNet net(/*corrects_kernel=*/GetParam());
  std::vector<torch::Tensor> chips;
  std::vector<torch::Tensor> expected;
  for (const int size : {128, 192, 128}) {
    chips.push_back(torch::rand({1, 3, size, size}));
    expected.push_back(net->forward(chips.back()));
  }
  net->Pack(torch::kFloat32);
  for (std::size_t i = 0; i < chips.size(); ++i) {
    EXPECT_LT(Difference(net->forward(chips[i]), expected[i]), 1e-4);
  }
}

TEST_P(FaceWienerNetOf, PackedWithoutWinogradIsAsBefore) {
  const InferenceScope inference;
  torch::manual_seed(10);
  FaceWienerNet net(/*corrects_kernel=*/GetParam());
  const torch::Tensor chip = torch::rand({1, 3, 144, 144});
  const torch::Tensor expected = net->forward(chip);
  net->Pack(torch::kFloat32, /*winograd=*/false);
  EXPECT_LT(Difference(net->forward(chip), expected), 1e-4);
}

TEST(FaceWienerNet, TheCorrectionStartsAsTheFirstEstimate) {
  const InferenceScope inference;
  torch::manual_seed(11);
  FaceWienerNet uncorrected(/*corrects_kernel=*/false);
  FaceWienerNet net(/*corrects_kernel=*/true);
  net->StartAs(*uncorrected);
  const torch::Tensor chip = torch::rand({2, 3, 128, 128});
  const torch::Tensor first = uncorrected->EstimateFirstLogKernel(chip);
  EXPECT_LT(Difference(net->EstimateFirstLogKernel(chip), first), 1e-6);
  EXPECT_LT(Difference(net->CorrectLogKernel(chip, first.exp()), first), 1e-5);
}

/// A square of equal entries in the middle of a 27x27 kernel: 1x27x27.
torch::Tensor Square(std::int64_t side) {
  torch::Tensor kernel = torch::zeros({1, 27, 27});
  const std::int64_t first = 13 - side / 2;
  kernel.slice(1, first, first + side).slice(2, first, first + side) =
      1 / static_cast<float>(side * side);
  return kernel;
}

/// What becomes of a wide kernel: corrected twice, solved for, corrected again, solved for twice.
torch::Tensor ImprovedWide(FaceWienerNet net, const torch::Tensor& chip,
                           const torch::Tensor& window, const torch::Tensor& first) {
  const torch::Tensor twice = net->CorrectBothWays(window, net->CorrectBothWays(window, first));
  const torch::Tensor again = net->CorrectBothWays(window, net->SolveKernel(chip, twice, 1));
  return net->SolveKernel(chip, again, 2);
}

TEST(FaceWienerNet, OnlyWideKernelsAreCorrected) {
  const InferenceScope inference;
  torch::manual_seed(12);
  FaceWienerNet net(/*corrects_kernel=*/true);
  const torch::Tensor narrow = Square(3);
  const torch::Tensor wide = Square(9);
  const torch::Tensor chips = torch::rand({2, 3, 128, 128});
  const torch::Tensor improved = net->ImproveKernel(chips, torch::cat({narrow, wide}));
  constexpr int kRounds = FaceWienerNetImpl::kRounds;
  EXPECT_LT(Difference(improved[0], net->SolveKernel(chips.slice(0, 0, 1), narrow, kRounds)[0]),
            1e-6);
  const torch::Tensor chip = chips.slice(0, 1, 2);
  EXPECT_LT(Difference(improved[1], ImprovedWide(net, chip, chip, wide)[0]), 1e-6);
  EXPECT_GT(Difference(improved[1], net->SolveKernel(chip, wide, kRounds)[0]), 1e-3);
  const torch::Tensor twice = net->CorrectBothWays(chip, net->CorrectBothWays(chip, wide));
  EXPECT_GT(Difference(improved[1], net->SolveKernel(chip, twice, kRounds)[0]), 1e-6);
}

// In between, the prior and the kernel that it is solved from are parts of both.
TEST(FaceWienerNet, KernelsInBetweenAreCorrectedInPart) {
  const InferenceScope inference;
  torch::manual_seed(17);
  FaceWienerNet net(/*corrects_kernel=*/true);
  const torch::Tensor chip = torch::rand({1, 3, 128, 128});
  const torch::Tensor first = Square(5);
  const torch::Tensor twice = net->CorrectBothWays(chip, net->CorrectBothWays(chip, first));
  const torch::Tensor prior = FaceWienerNetImpl::MixKernels(first, twice);
  const torch::Tensor again = net->CorrectBothWays(chip, net->SolveKernel(chip, prior, 1));
  const torch::Tensor improved = net->ImproveKernel(chip, first);
  EXPECT_GT(Difference(improved, net->SolveKernel(chip, first, 3)), 1e-6);
  EXPECT_GT(Difference(improved, net->SolveKernel(chip, again, 2)), 1e-6);
}

// The kernel network takes 128x128: the edges of smaller chips go on around them.
TEST(FaceWienerNet, SmallerChipsAreSeenWhole) {
  const InferenceScope inference;
  torch::manual_seed(16);
  FaceWienerNet net(/*corrects_kernel=*/true);
  const torch::Tensor chip = torch::rand({1, 3, 96, 96});
  torch::Tensor padded = torch::empty({1, 3, 128, 128});
  for (int y = 0; y < 128; ++y) {
    for (int x = 0; x < 128; ++x) {
      padded.select(3, x).select(2, y) =
          chip.select(3, std::clamp(x - 16, 0, 95)).select(2, std::clamp(y - 16, 0, 95));
    }
  }
  const torch::Tensor first = net->EstimateFirstKernel(chip);
  EXPECT_LT(Difference(first, net->EstimateFirstLogKernel(padded).exp()), 1e-6);
  const torch::Tensor wide = Square(9);
  EXPECT_LT(Difference(net->ImproveKernel(chip, wide), ImprovedWide(net, chip, padded, wide)),
            1e-6);
}

// A correction that looks at no evidence is the first estimate of the chip and, mirrored back, of
// its mirror image.
TEST(FaceWienerNet, CorrectionsAreSeenInTheMirrorImageToo) {
  const InferenceScope inference;
  torch::manual_seed(13);
  FaceWienerNet net(/*corrects_kernel=*/true);
  net->StartAs(*FaceWienerNet(/*corrects_kernel=*/false));
  const torch::Tensor chip = torch::rand({1, 3, 128, 128});
  const torch::Tensor seen = net->EstimateFirstLogKernel(chip);
  const torch::Tensor mirrored = net->EstimateFirstLogKernel(chip.flip(3)).flip(2);
  EXPECT_GT(Difference(seen.exp(), mirrored.exp()), 1e-5);
  const torch::Tensor both = (seen + mirrored).div(2).exp();
  const torch::Tensor improved = net->ImproveKernel(chip, Square(9));
  const torch::Tensor expected = net->SolveKernel(chip, both / both.sum(), 2);
  EXPECT_LT(Difference(improved, expected), 1e-5);
}

// In between a part of the correction is taken, the larger the wider the kernel.
TEST(FaceWienerNet, KernelsAreMixedByTheirWidth) {
  const torch::Tensor other = torch::roll(Square(3), {5}, {2});
  const auto share = [&other](const torch::Tensor& first) {
    return FaceWienerNetImpl::MixKernels(first, other)[0][13][18].item<double>() * 9;
  };
  EXPECT_EQ(share(Square(3)), 0);
  EXPECT_GT(share(Square(5)), 0.5);
  EXPECT_LT(share(Square(5)), 0.9);
  EXPECT_NEAR(share(Square(7)), 1, 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Corrects, FaceWienerNetOf, ::testing::Bool());

}  // namespace
}  // namespace facedeblur
