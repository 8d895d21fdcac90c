#include "nn/face_wiener_net.h"

#include <torch/nn/functional/padding.h>

#include <algorithm>
#include <array>
#include <vector>

#include "nn/chip_tensor.h"
#include "nn/fourier.h"
#include "nn/kernel_solver.h"
#include "nn/residual_block.h"
#include "nn/wiener.h"

namespace facedeblur {
namespace {

constexpr std::array<std::int64_t, 4> kWidths = {32, 64, 128, 192};
constexpr std::int64_t kLevels = 3;  // of down- and upsampling, below the unshuffle
// Deconvolutions that the refinement sees, from sharp and noisy to smooth.
const std::vector<double> kNoiseToSignal = {3e-3, 2e-2, 1e-1};

constexpr std::int64_t kEvidenceImages = 2;  // for the correction: see Evidence()
constexpr std::int64_t kEvidenceMaps = 4;

/// A border wider than the kernel, the least with which the transform is a fast one.
std::int64_t FastBorder(std::int64_t size, std::int64_t kernel) {
  std::int64_t border = kernel + 1;
  while (!IsFastTransformSize(size + 2 * border)) ++border;
  return border;
}

/// The part of a chip that the kernel network sees. The edges of smaller ones go on: mirrored ones
/// would show it a mirrored blur.
torch::Tensor KernelWindow(const torch::Tensor& chips) {
  namespace F = torch::nn::functional;
  constexpr std::int64_t kWindow = KernelNetImpl::kWindow;
  if (chips.size(3) < kWindow) {
    const std::int64_t missing = kWindow - chips.size(3);
    const std::int64_t before = missing / 2;
    const std::int64_t after = missing - before;
    return F::pad(chips, F::PadFuncOptions({before, after, before, after}).mode(torch::kReplicate));
  }
  const std::int64_t top = (chips.size(2) - kWindow) / 2;
  const std::int64_t left = (chips.size(3) - kWindow) / 2;
  return chips.slice(2, top, top + kWindow).slice(3, left, left + kWindow).contiguous();
}

/// The part of a large chip that kernels are solved from; more would only take longer.
torch::Tensor SolverWindow(const torch::Tensor& chips) {
  constexpr std::int64_t kLargest = 256;
  const std::int64_t margin = std::max<std::int64_t>(0, (chips.size(3) - kLargest) / 2);
  const std::int64_t end = chips.size(3) - margin;
  return chips.slice(2, margin, end).slice(3, margin, end);
}

/// Each image correlated with its kernel, its border mirrored: Nx1xHxW, NxKxK -> Nx1xHxW.
torch::Tensor Blur(const torch::Tensor& grey, const torch::Tensor& kernels) {
  namespace F = torch::nn::functional;
  const std::int64_t reach = kernels.size(1) / 2;
  const torch::Tensor padded =
      F::pad(grey, F::PadFuncOptions({reach, reach, reach, reach}).mode(torch::kReflect));
  const std::int64_t rows = FastTransformSize(padded.size(2));
  const std::int64_t columns = FastTransformSize(padded.size(3));
  const torch::Tensor transfer = torch::conj(TransformPlanes(kernels.unsqueeze(1), rows, columns));
  return PlanesOfTransform(TransformPlanes(padded, rows, columns) * transfer, rows, columns)
      .slice(2, 0, grey.size(2))
      .slice(3, 0, grey.size(3));
}

torch::Tensor ScaledToPeak(const torch::Tensor& kernels) {
  return kernels / kernels.amax({1, 2}, /*keepdim=*/true).clamp_min(1e-8);
}

/// What a restoration, Nx3xHxW, tells of the NxKxK kernels that it was made with. As images,
/// Nx2xHxW: its grey values and what of the blurred image it leaves unexplained. As maps, Nx4xKxK:
/// the kernel so far, its logarithm, and the kernels that would explain the image better, held
/// loosely and tightly near it.
KernelEvidence Evidence(const torch::Tensor& blurred, const torch::Tensor& restored,
                        const torch::Tensor& kernel) {
  constexpr double kUsualResidual = 0.05;
  const torch::Tensor grey = Luma(restored);
  const torch::Tensor residual = (Luma(blurred) - Blur(grey, kernel)) / kUsualResidual;
  const KernelSolver solver(blurred, restored, kernel.size(1));
  const torch::Tensor loose = solver.Solve(kernel, /*lambda=*/0.3, /*steps=*/12);
  const torch::Tensor tight = solver.Solve(kernel, /*lambda=*/3, /*steps=*/8);
  return {torch::cat({ChipScale(blurred).Apply(restored), residual}, 1),
          torch::stack({ScaledToPeak(kernel), 0.1 * (kernel + 1e-8).log(), ScaledToPeak(loose),
                        ScaledToPeak(tight)},
                       1)};
}

/// How much of the correction to take, N values, for NxKxK first estimates.
torch::Tensor ShareOfCorrection(const torch::Tensor& first) {
  constexpr double kNone = 1.3;  // pixels of RMS radius
  constexpr double kAll = 2.3;
  const torch::Tensor radius = RmsRadius(KeepPeaks(first)).to(first.scalar_type());
  return ((radius - kNone) / (kAll - kNone)).clamp(0, 1);
}

torch::Tensor Mix(const torch::Tensor& first, const torch::Tensor& other,
                  const torch::Tensor& share_of_other) {
  return torch::lerp(first, other, share_of_other.view({-1, 1, 1}));
}

}  // namespace

RefinementUNetImpl::RefinementUNetImpl(std::int64_t input_channels) {
  head_ = register_module("head", Convolution(input_channels * 4, kWidths[0], 3, 1, 1,
                                              Activation::kNone, /*unshuffle=*/2));
  for (std::size_t i = 0; i < kLevels; ++i) {
    encoders_->push_back(TwoResidualBlocks(kWidths[i]));
    downs_->push_back(Convolution(kWidths[i], kWidths[i + 1], 2, 2, 0));
    ups_->push_back(torch::nn::Sequential(
        Convolution(kWidths[i + 1], kWidths[i] * 4, 1, 1, 0, Activation::kNone, 1, /*shuffle=*/2)));
    decoders_->push_back(TwoResidualBlocks(kWidths[i]));
  }
  middle_ = register_module("mid", TwoResidualBlocks(kWidths[kLevels]));
  tail_ = register_module(
      "tail", Convolution(kWidths[0], 12, 3, 1, 1, Activation::kNone, 1, /*shuffle=*/2));
  register_module("enc", encoders_);
  register_module("down", downs_);
  register_module("up", ups_);
  register_module("dec", decoders_);
}

torch::Tensor RefinementUNetImpl::forward(const torch::Tensor& x) {
  torch::Tensor z = head_(x);
  std::vector<torch::Tensor> skips;
  for (std::size_t i = 0; i < kLevels; ++i) {
    z = encoders_[i]->as<torch::nn::SequentialImpl>()->forward(z);
    skips.push_back(z);
    z = downs_[i]->as<ConvolutionImpl>()->forward(z);
  }
  z = middle_->forward(z);
  for (std::size_t i = kLevels; i-- > 0;) {
    z = ups_[i]->as<torch::nn::SequentialImpl>()->ptr(0)->as<ConvolutionImpl>()->Onto(skips[i], z);
    z = decoders_[i]->as<torch::nn::SequentialImpl>()->forward(z);
  }
  return tail_(z);
}

FaceWienerNetImpl::FaceWienerNetImpl(bool corrects_kernel) {
  k_ = register_module("k", KernelNet());
  u_ = register_module("u",
                       RefinementUNet(3 + 3 * static_cast<std::int64_t>(kNoiseToSignal.size())));
  if (corrects_kernel) r_ = register_module("r", KernelNet(kEvidenceImages, kEvidenceMaps));
}

void FaceWienerNetImpl::StartAs(const FaceWienerNetImpl& uncorrected) {
  const torch::NoGradGuard no_grad;
  auto own = named_parameters();
  for (const auto& item : uncorrected.named_parameters()) own[item.key()].copy_(item.value());
  r_->StartAs(*k_);
}

KernelEvidence FaceWienerNetImpl::EvidenceFor(const torch::Tensor& window,
                                              const torch::Tensor& kernel) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor restored = RestoreWithKernel(window, KeepPeaks(kernel));
  return Evidence(window, restored.to(torch::kFloat32).clamp(0, 1), kernel);
}

torch::Tensor FaceWienerNetImpl::CorrectLogKernel(const torch::Tensor& window,
                                                  const torch::Tensor& kernel) {
  return r_(window, EvidenceFor(window, kernel));
}

torch::Tensor FaceWienerNetImpl::CorrectBothWays(const torch::Tensor& window,
                                                 const torch::Tensor& kernel) {
  const KernelEvidence seen = EvidenceFor(window, kernel);
  const auto with_mirrored = [](const torch::Tensor& x) { return torch::cat({x, x.flip(3)}); };
  const KernelEvidence both = {with_mirrored(seen.images), with_mirrored(seen.maps)};
  const std::vector<torch::Tensor> logs = r_(with_mirrored(window), both).chunk(2);
  return JoinMirrored(logs[0], logs[1]);
}

torch::Tensor FaceWienerNetImpl::JoinMirrored(const torch::Tensor& seen,
                                              const torch::Tensor& mirrored) {
  return (0.5 * (seen + mirrored.flip(2))).flatten(1).softmax(1).view_as(seen);
}

torch::Tensor FaceWienerNetImpl::SolveKernel(const torch::Tensor& chips, const torch::Tensor& prior,
                                             int rounds) {
  return SolveKernelFrom(chips, KeepPeaks(prior), prior, rounds);
}

torch::Tensor FaceWienerNetImpl::SolveKernelFrom(const torch::Tensor& chips,
                                                 const torch::Tensor& start,
                                                 const torch::Tensor& prior, int rounds) {
  // The prior counts little, more where noise, or whatever else no kernel explains, would be solved
  // for: chosen on validation faces with noise of 0 to 0.03.
  constexpr double kLambda = 0.2;
  constexpr double kLambdaForUnexplained = 17.5;
  constexpr int kSteps = 30;
  const torch::Tensor blurred = SolverWindow(chips);
  torch::Tensor kernels = start;
  for (int round = 0; round < rounds; ++round) {
    const torch::Tensor restored = RestoreWithKernel(chips, kernels).to(torch::kFloat32);
    const KernelSolver solver(blurred, SolverWindow(restored.clamp(0, 1)), prior.size(1));
    const torch::Tensor lambda = kLambda + kLambdaForUnexplained * solver.Unexplained(kernels);
    kernels = CenterKernels(KeepPeaks(solver.Solve(prior, lambda, kSteps)));
  }
  return kernels;
}

torch::Tensor FaceWienerNetImpl::EstimateFirstKernel(const torch::Tensor& chips) {
  return EstimateFirstLogKernel(KernelWindow(chips)).exp();
}

torch::Tensor FaceWienerNetImpl::MixKernels(const torch::Tensor& first,
                                            const torch::Tensor& corrected) {
  return Mix(first, corrected, ShareOfCorrection(first));
}

torch::Tensor FaceWienerNetImpl::CorrectKernels(const torch::Tensor& window,
                                                const torch::Tensor& kernels,
                                                const torch::Tensor& which, int times) {
  if (which.numel() == 0) return kernels;
  const torch::Tensor seen = window.index_select(0, which);
  torch::Tensor corrected = kernels.index_select(0, which);
  for (int i = 0; i < times; ++i) corrected = CorrectBothWays(seen, corrected);
  return kernels.index_copy(0, which, corrected);
}

torch::Tensor FaceWienerNetImpl::ImproveKernel(const torch::Tensor& chips,
                                               const torch::Tensor& first) {
  if (!corrects_kernel()) return SolveKernel(chips, first, kRounds);
  const torch::Tensor window = KernelWindow(chips);
  const torch::Tensor share = ShareOfCorrection(first);
  const torch::Tensor wide = share.nonzero().squeeze(1);
  const torch::Tensor prior = Mix(first, CorrectKernels(window, first, wide, 2), share);
  const torch::Tensor solved = SolveKernel(chips, prior, 1);
  const torch::Tensor corrected = CorrectKernels(window, solved, wide, 1);
  return SolveKernelFrom(chips, Mix(solved, KeepPeaks(corrected), share),
                         Mix(first, corrected, share), kRounds - 1);
}

torch::Tensor FaceWienerNetImpl::Deconvolve(const torch::Tensor& chip,
                                            const torch::Tensor& kernel) const {
  const std::int64_t border = FastBorder(chip.size(2), kernel.size(1));
  const auto ratios = static_cast<std::int64_t>(kNoiseToSignal.size());
  const std::int64_t channels = chip.size(1);
  torch::Tensor all = torch::empty(
      {chip.size(0), channels * (1 + ratios), chip.size(2), chip.size(3)}, chip.options());
  all.slice(1, 0, channels).copy_(chip);
  const torch::Tensor deconvolved = all.slice(1, channels);
  WienerDeconvolve(chip, kernel, kNoiseToSignal, border, deconvolved);
  deconvolved.clamp_(-0.5, 1.5);
  return all;
}

torch::Tensor FaceWienerNetImpl::Refine(const torch::Tensor& deconvolved) {
  return deconvolved.slice(1, 0, 3) + u_(deconvolved);
}

torch::Tensor FaceWienerNetImpl::RestoreWithKernel(const torch::Tensor& chip,
                                                   const torch::Tensor& kernel) {
  return Refine(Deconvolve(chip, kernel));
}

void FaceWienerNetImpl::Pack(torch::ScalarType precision, bool winograd) {
  PackConvolutions(this, precision, winograd);
}

torch::Tensor FaceWienerNetImpl::forward(const torch::Tensor& chip) {
  torch::Tensor kernel = EstimateFirstKernel(chip);
  if (corrects_kernel()) kernel = CorrectLogKernel(KernelWindow(chip), kernel).exp();
  return RestoreWithKernel(chip, kernel);
}

}  // namespace facedeblur
