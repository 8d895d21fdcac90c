#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <vector>

#include "nn/wiener.h"

namespace facedeblur {
namespace {

/// An asymmetric kernel, so that a flip or a shift would show.
torch::Tensor LopsidedKernel() {
  torch::Tensor kernel = torch::zeros({1, 5, 5});
  kernel[0][2][2] = 0.5;
  kernel[0][2][3] = 0.3;
  kernel[0][1][4] = 0.2;
  return kernel;
}

torch::Tensor SmoothImage(std::int64_t size) {
  const torch::Tensor at = torch::arange(size) * 0.21;
  return (0.5 + 0.25 * (torch::sin(at).unsqueeze(1) + torch::cos(1.7 * at).unsqueeze(0)))
      .view({1, 1, size, size})
      .repeat({1, 3, 1, 1});
}

TEST(Wiener, UndoesCorrelationWithTheKernel) {
  const torch::Tensor sharp = SmoothImage(64);
  // What a network calls convolution is correlation, the convention of our kernels.
  const torch::Tensor blurred = torch::conv2d(
      sharp, LopsidedKernel().view({1, 1, 5, 5}).repeat({3, 1, 1, 1}), {}, 1, 2, 1, 3);
  const torch::Tensor restored = WienerDeconvolve(blurred, LopsidedKernel(), {1e-5}, 8);
  const auto middle = [](const torch::Tensor& t) { return t.slice(2, 16, 48).slice(3, 16, 48); };
  const auto before = (middle(blurred) - middle(sharp)).abs().mean().item<double>();
  const auto after = (middle(restored) - middle(sharp)).abs().mean().item<double>();
  EXPECT_GT(before, 0.01);
  EXPECT_LT(after, before / 8);
}

TEST(Wiener, DeltaKernelOnlyDampsByTheRatio) {
  torch::Tensor delta = torch::zeros({1, 3, 3});
  delta[0][1][1] = 1;
  const torch::Tensor image = SmoothImage(32);
  const torch::Tensor restored = WienerDeconvolve(image, delta, {0.25}, 4);
  EXPECT_LT((restored - image / 1.25).abs().max().item<double>(), 1e-5);
}

TEST(Wiener, AgreesWithTheDirectFourierSum) {
  // One small plane without border, against sums over every frequency and pixel.
  constexpr int kN = 6;
  torch::manual_seed(1);
  const torch::Tensor image = torch::rand({1, 1, kN, kN});
  torch::Tensor kernel = torch::rand({1, 3, 3});
  kernel /= kernel.sum();
  constexpr double kRatio = 0.02;
  // A border of one pixel is the least that reflection padding and slicing allow.
  const torch::Tensor ours = WienerDeconvolve(image, kernel, {kRatio}, 1);
  constexpr int kM = kN + 2;
  const auto reflect = [](int i) { return i < 0 ? -i : i >= kN ? 2 * (kN - 1) - i : i; };
  const auto pixels = image.accessor<float, 4>();
  const auto weights = kernel.accessor<float, 3>();
  using Complex = std::complex<double>;
  const Complex unit(0, -2 * M_PI / kM);
  std::vector<Complex> spectrum(kM * kM);
  for (int u = 0; u < kM; ++u) {
    for (int v = 0; v < kM; ++v) {
      Complex y = 0;
      Complex h = 0;
      for (int i = 0; i < kM; ++i) {
        for (int j = 0; j < kM; ++j) {
          y += double(pixels[0][0][reflect(i - 1)][reflect(j - 1)]) *
               std::exp(unit * double(u * i + v * j));
        }
      }
      for (int i = -1; i <= 1; ++i) {
        for (int j = -1; j <= 1; ++j) {  // correlation: the flipped kernel's transform
          h += double(weights[0][1 - i][1 - j]) * std::exp(unit * double(u * i + v * j));
        }
      }
      spectrum[static_cast<std::size_t>(u * kM + v)] = std::conj(h) * y / (std::norm(h) + kRatio);
    }
  }
  for (int i = 0; i < kN; ++i) {
    for (int j = 0; j < kN; ++j) {
      Complex sum = 0;
      for (int u = 0; u < kM; ++u) {
        for (int v = 0; v < kM; ++v) {
          sum += spectrum[static_cast<std::size_t>(u * kM + v)] *
                 std::exp(-unit * double(u * (i + 1) + v * (j + 1)));
        }
      }
      EXPECT_NEAR(ours[0][0][i][j].item<double>(), sum.real() / (kM * kM), 1e-4);
    }
  }
}

}  // namespace
}  // namespace facedeblur
