#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgcodecs.hpp>

#include "dataset/blur.h"
#include "facedeblur/dataset/blur_kernel.h"
#include "facedeblur/eval/score.h"
#include "facedeblur/face/chip.h"
#include "facedeblur/util/random.h"
#include "nn/chip_tensor.h"
#include "nn/kernel_solver.h"
#include "nn/mixed_precision.h"
#include "support.h"

namespace facedeblur {
namespace {

constexpr int kSize = 27;
constexpr int kChip = 128;

/// A sharp chip and its blurred version with real surroundings, 1x3x128x128 each.
struct BlurredChip {
  torch::Tensor sharp;
  torch::Tensor blurred;
};

BlurredChip Blur(const cv::Mat& kernel) {
  const cv::Mat portrait =
      ToFloatBgr(cv::imread((testing::DataFolder() / "sharp/portrait_01.png").string()));
  constexpr int kCanvas = kChip + kSize - 1;
  const cv::Mat canvas = portrait(cv::Rect(150, 200, kCanvas, kCanvas)).clone();
  const cv::Mat middle = canvas(cv::Rect(kSize / 2, kSize / 2, kChip, kChip)).clone();
  return {TensorFromChip(middle), TensorFromChip(BlurInside(canvas, kernel))};
}

torch::Tensor AsTensor(const cv::Mat& kernel) {
  return torch::from_blob(const_cast<float*>(kernel.ptr<float>()), {1, kernel.rows, kernel.cols})
      .clone();
}

cv::Mat AsMat(const torch::Tensor& kernel) {
  const torch::Tensor k = kernel[0].contiguous();
  return cv::Mat(static_cast<int>(k.size(0)), static_cast<int>(k.size(1)), CV_32F,
                 k.data_ptr<float>())
      .clone();
}

/// A Gaussian blob: a prior that knows next to nothing.
torch::Tensor VaguePrior() { return AsTensor(FitKernel(GaussianKernel(4, 4, 0), kSize)); }

TEST(KernelSolver, FindsTheKernelFromTheTrueSharpImage) {
  Random random(3);
  for (const int size : {13, 19, 27}) {
    const cv::Mat kernel = FitKernel(CenterKernel(CameraShakeKernel(size, &random)), kSize);
    const BlurredChip chip = Blur(kernel);
    const KernelSolver solver(chip.blurred, chip.sharp, kSize);
    const torch::Tensor found = solver.Solve(VaguePrior(), 1e-4, 200);
    EXPECT_GT(KernelSimilarity(AsMat(found), kernel), 0.95) << "size " << size;
    EXPECT_NEAR(found.sum().item<double>(), 1, 0.05);
    EXPECT_GE(found.min().item<double>(), 0);
  }
}

TEST(KernelSolver, AStrongPriorHoldsTheSolution) {
  Random random(4);
  const cv::Mat kernel = FitKernel(CenterKernel(CameraShakeKernel(21, &random)), kSize);
  const BlurredChip chip = Blur(kernel);
  const KernelSolver solver(chip.blurred, chip.sharp, kSize);
  const torch::Tensor prior = VaguePrior();
  const auto distance = [&](double lambda) {
    return (solver.Solve(prior, lambda, 50) - prior).norm().item<double>();
  };
  EXPECT_LT(distance(1e4), 0.01 * distance(1e-2));
  EXPECT_LT(distance(10), distance(0.1));
}

/// On a case so small that the normal equations can be written down: all entries of the solution
/// are positive, so the bound k >= 0 changes nothing.
TEST(KernelSolver, AgreesWithTheNormalEquations) {
  torch::manual_seed(5);
  constexpr std::int64_t kSide = 14;
  constexpr std::int64_t kSmall = 3;
  const torch::Tensor grey = torch::rand({1, 1, kSide, kSide}, torch::kFloat64);
  const torch::Tensor truth =
      torch::tensor({0.05, 0.1, 0.15, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1}, torch::kFloat64).view({3, 3});
  // Correlated by definition, with made-up values where the kernel would reach over the border.
  torch::Tensor blurred = torch::rand({1, 1, kSide, kSide}, torch::kFloat64);
  for (std::int64_t y = 1; y + 1 < kSide; ++y) {
    for (std::int64_t x = 1; x + 1 < kSide; ++x) {
      blurred[0][0][y][x] =
          (grey[0][0].slice(0, y - 1, y + 2).slice(1, x - 1, x + 2) * truth).sum();
    }
  }
  // Rows of the system: one for each gradient of each valid place.
  const auto gradients = [&](const torch::Tensor& image, bool along_x) {
    const torch::Tensor plane = image[0][0];
    const torch::Tensor corner = plane.slice(0, 0, -1).slice(1, 0, -1);
    return (along_x ? plane.slice(0, 0, -1).slice(1, 1) : plane.slice(0, 1).slice(1, 0, -1)) -
           corner;
  };
  std::vector<torch::Tensor> rows;
  std::vector<torch::Tensor> values;
  for (const bool along_x : {true, false}) {
    const torch::Tensor gx = gradients(grey, along_x);
    const torch::Tensor gy = gradients(blurred, along_x);
    for (std::int64_t y = 0; y + kSmall <= gx.size(0); ++y) {
      for (std::int64_t x = 0; x + kSmall <= gx.size(1); ++x) {
        rows.push_back(gx.slice(0, y, y + kSmall).slice(1, x, x + kSmall).reshape({-1}));
        values.push_back(gy[y + 1][x + 1]);
      }
    }
  }
  const torch::Tensor a = torch::stack(rows);
  const torch::Tensor b = torch::stack(values);
  const torch::Tensor prior = torch::full({9}, 1.0 / 9, torch::kFloat64);
  const double lambda = 0.02;
  const double valid = static_cast<double>((kSide - 3) * (kSide - 3));
  const double all = static_cast<double>((kSide - 1) * (kSide - 1));
  const double energy =
      (gradients(grey, true).square().sum() + gradients(grey, false).square().sum())
          .item<double>() *
      valid / all;
  const torch::Tensor left =
      torch::matmul(a.t(), a) + lambda * energy * torch::eye(9, torch::kFloat64);
  const torch::Tensor right =
      torch::matmul(a.t(), b.unsqueeze(1)) + lambda * energy * prior.unsqueeze(1);
  const torch::Tensor expected = torch::matmul(torch::inverse(left), right).view({1, 3, 3});
  ASSERT_GT(expected.min().item<double>(), 0);

  const auto bgr = [](const torch::Tensor& plane) { return plane.expand({1, 3, kSide, kSide}); };
  const KernelSolver solver(bgr(blurred).contiguous(), bgr(grey).contiguous(), kSmall);
  const torch::Tensor found = solver.Solve(prior.view({1, 3, 3}), lambda, 500);
  EXPECT_LT((found - expected).abs().max().item<double>(), 1e-6);
}

// Noise moves the solution; held by what it leaves unexplained, it moves less and stays nearer to
// the truth.
TEST(KernelSolver, WhatIsUnexplainedTellsHowTightlyToHold) {
  Random random(5);
  const cv::Mat kernel = FitKernel(CenterKernel(CameraShakeKernel(19, &random)), kSize);
  BlurredChip chip = Blur(kernel);
  const torch::Tensor truth = AsTensor(kernel);
  const auto unexplained = [&truth](const BlurredChip& seen) {
    return KernelSolver(seen.blurred, seen.sharp, kSize).Unexplained(truth);
  };
  EXPECT_LT(unexplained(chip).item<double>(), 1e-4);
  torch::manual_seed(5);
  constexpr double kNoise = 0.03;
  chip.blurred = chip.blurred + kNoise * torch::randn_like(chip.blurred);
  const KernelSolver solver(chip.blurred, chip.sharp, kSize);
  const torch::Tensor share = unexplained(chip);
  // Each of the two differences has twice the variance of the grey values' noise.
  const torch::Tensor grey = Luma(chip.sharp);
  const double signal = (grey.slice(3, 1) - grey.slice(3, 0, -1)).square().mean().item<double>() +
                        (grey.slice(2, 1) - grey.slice(2, 0, -1)).square().mean().item<double>();
  const double grey_noise = kNoise * kNoise * (0.114 * 0.114 + 0.587 * 0.587 + 0.299 * 0.299);
  EXPECT_NEAR(share.item<double>(), 4 * grey_noise / signal, 0.1 * share.item<double>());
  const torch::Tensor prior = VaguePrior();
  const auto similarity = [&](const torch::Tensor& lambda) {
    return KernelSimilarity(AsMat(KeepPeaks(solver.Solve(prior, lambda, 60))), kernel);
  };
  const torch::Tensor loose = torch::full({1, 1, 1}, 0.01);
  EXPECT_GT(similarity(loose + 0.25 * share), similarity(loose) + 0.02);
}

TEST(KernelSolver, AKernelDoesNotDependOnItsCompany) {
  Random random(6);
  std::vector<torch::Tensor> blurred;
  std::vector<torch::Tensor> sharp;
  for (const int size : {9, 15, 27}) {
    const BlurredChip chip = Blur(FitKernel(CameraShakeKernel(size, &random), kSize));
    blurred.push_back(chip.blurred);
    sharp.push_back(chip.sharp);
  }
  const torch::Tensor priors = VaguePrior().expand({3, kSize, kSize}).contiguous();
  const torch::Tensor together =
      KernelSolver(torch::cat(blurred), torch::cat(sharp), kSize).Solve(priors, 1, 20);
  for (std::int64_t i = 0; i < 3; ++i) {
    const auto n = static_cast<std::size_t>(i);
    const torch::Tensor alone =
        KernelSolver(blurred[n], sharp[n], kSize).Solve(VaguePrior(), 1, 20);
    EXPECT_LT((together.slice(0, i, i + 1) - alone).abs().max().item<double>(), 1e-6);
  }
}

TEST(KeepPeaks, FadesWhatIsSmallAndSumsToOne) {
  const torch::Tensor kernels = torch::tensor({0.0F, 0.05F, 0.4F, 1.0F}).view({1, 2, 2});
  const torch::Tensor kept = KeepPeaks(kernels);
  const double third = 1.0 / 3;  // 0.05 of 0.15
  const double faded = 0.05 * third * third * (3 - 2 * third);
  EXPECT_EQ(kept[0][0][0].item<float>(), 0);
  EXPECT_NEAR(kept[0][0][1].item<double>(), faded / (1.4 + faded), 1e-6);
  EXPECT_NEAR(kept[0][1][0].item<double>(), 0.4 / (1.4 + faded), 1e-6);
  EXPECT_NEAR(kept.sum().item<double>(), 1, 1e-6);
}

TEST(KeepPeaks, KeepsAKernelThatHasNone) {
  EXPECT_TRUE(torch::isfinite(KeepPeaks(torch::zeros({1, 3, 3}))).all().item<bool>());
}

TEST(CenterKernels, PutsTheCentreOfMassInTheMiddle) {
  Random random(7);
  const torch::Tensor kernels =
      torch::cat({AsTensor(FitKernel(CameraShakeKernel(15, &random), kSize)),
                  AsTensor(FitKernel(CameraShakeKernel(21, &random), kSize))});
  const torch::Tensor centred = CenterKernels(kernels);
  const torch::Tensor at = torch::arange(kSize, torch::kFloat32) - kSize / 2;
  for (const int dimension : {1, 2}) {
    EXPECT_LT((centred.sum(dimension) * at).sum(1).abs().max().item<double>(), 0.02);
  }
  EXPECT_LT((centred.sum({1, 2}) - 1).abs().max().item<double>(), 1e-5);
  for (std::int64_t i = 0; i < 2; ++i) {
    EXPECT_GT(
        KernelSimilarity(AsMat(centred.slice(0, i, i + 1)), AsMat(kernels.slice(0, i, i + 1))),
        0.85);
  }
}

TEST(CenterKernels, IsExactAlsoWhereConvolutionsAreInBfloat16) {
  Random random(8);
  const torch::Tensor kernel = AsTensor(FitKernel(CameraShakeKernel(15, &random), kSize));
  const torch::Tensor expected = CenterKernels(kernel);
  const MixedPrecision mixed(true, torch::kCPU);
  EXPECT_EQ((CenterKernels(kernel) - expected).abs().max().item<double>(), 0);
}

TEST(CenterKernels, LeavesACentredPointAlone) {
  torch::Tensor point = torch::zeros({1, 5, 5});
  point[0][2][2] = 1;
  EXPECT_LT((CenterKernels(point) - point).abs().max().item<double>(), 1e-6);
}

// Against the bilinear formula, entry by entry.
TEST(EnlargeKernels, IsBilinearAndKeepsTheMiddle) {
  torch::manual_seed(3);
  const torch::Tensor kernel = torch::rand({2, 5, 5});
  constexpr double kFactor = 1.7;
  const torch::Tensor enlarged = EnlargeKernels(kernel, kFactor);
  ASSERT_EQ(enlarged.sizes(), torch::IntArrayRef({2, 9, 9}));  // 2 * 1.7 = 3.4, so 4 on each side
  torch::Tensor expected = torch::zeros({2, 9, 9});
  for (int i = 0; i < 9; ++i) {
    for (int j = 0; j < 9; ++j) {
      const double y = 2 + (i - 4) / kFactor;
      const double x = 2 + (j - 4) / kFactor;
      for (int a = 0; a < 5; ++a) {
        for (int b = 0; b < 5; ++b) {
          const double weight =
              std::max(0.0, 1 - std::abs(y - a)) * std::max(0.0, 1 - std::abs(x - b));
          expected.select(1, i).select(1, j) += weight * kernel.select(1, a).select(1, b);
        }
      }
    }
  }
  expected = expected / expected.sum({1, 2}, true);
  EXPECT_LT((enlarged - expected).abs().max().item<double>(), 1e-6);
}

TEST(EnlargeKernels, TheRadiusGrowsWithTheFactor) {
  const torch::Tensor kernel = AsTensor(FitKernel(GaussianKernel(3, 3, 0), kSize));
  EXPECT_LT((EnlargeKernels(kernel, 1) - kernel).abs().max().item<double>(), 1e-7);
  for (const double factor : {1.25, 4 / 3.0, 1.6}) {
    const torch::Tensor enlarged = EnlargeKernels(kernel, factor);
    EXPECT_NEAR(RmsRadius(enlarged).item<double>(), factor * RmsRadius(kernel).item<double>(), 0.1);
    EXPECT_LT((CenterKernels(enlarged) - enlarged).abs().max().item<double>(), 1e-6) << factor;
  }
}

TEST(RmsRadius, IsTheSpreadAroundTheCentreOfMass) {
  torch::Tensor kernels = torch::zeros({3, 9, 9});
  kernels[0][2][7] = 1;  // a point, off the middle
  kernels[1][4][1] = 0.5;
  kernels[1][4][7] = 0.5;  // 3 pixels to each side
  kernels[2] = torch::rand({9, 9});
  kernels[2] /= kernels[2].sum();
  double mass = 0;
  double x = 0;
  double y = 0;
  const auto each = [&](const auto& visit) {
    for (int row = 0; row < 9; ++row) {
      for (int column = 0; column < 9; ++column) {
        visit(row, column, kernels[2][row][column].template item<double>());
      }
    }
  };
  each([&](int row, int column, double k) {
    mass += k;
    x += k * column;
    y += k * row;
  });
  double square = 0;
  each([&](int row, int column, double k) {
    square += k * ((row - y) * (row - y) + (column - x) * (column - x));
  });
  const torch::Tensor radius = RmsRadius(kernels);
  EXPECT_NEAR(mass, 1, 1e-5);
  EXPECT_NEAR(radius[0].item<double>(), 0, 1e-3);
  EXPECT_NEAR(radius[1].item<double>(), 3, 1e-4);
  EXPECT_NEAR(radius[2].item<double>(), std::sqrt(square), 1e-3);
}

}  // namespace
}  // namespace facedeblur
