#include <gtest/gtest.h>

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

INSTANTIATE_TEST_SUITE_P(Corrects, FaceWienerNetOf, ::testing::Bool());

}  // namespace
}  // namespace facedeblur
