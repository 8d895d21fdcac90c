#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/container/sequential.h>

#include "nn/convolution.h"
#include "nn/kernel_net.h"

namespace facedeblur {

/// Encoder-decoder with skip connections (Ronneberger et al. 2015) of residual blocks, working on
/// pixels unshuffled by 2. NxCxHxW -> Nx3xHxW; height and width multiples of 16.
class RefinementUNetImpl : public torch::nn::Module {
 public:
  explicit RefinementUNetImpl(std::int64_t input_channels);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  Convolution head_{nullptr};
  torch::nn::ModuleList encoders_;
  torch::nn::ModuleList downs_;
  torch::nn::Sequential middle_{nullptr};
  torch::nn::ModuleList ups_;
  torch::nn::ModuleList decoders_;
  Convolution tail_{nullptr};
};
TORCH_MODULE(RefinementUNet);

/// The kernel-aware face network: estimate the kernel, deconvolve with it (Wiener, three
/// regularisations), refine; from the restoration the kernel is then found more exactly. Module and
/// parameter names are those of the weights files.
class FaceWienerNetImpl : public torch::nn::Module {
 public:
  /// With `corrects_kernel` a second kernel network judges what a restoration tells of the kernel.
  explicit FaceWienerNetImpl(bool corrects_kernel);

  bool corrects_kernel() const { return !r_.is_empty(); }

  /// Takes all weights of a network that does not correct kernels; the correction starts with those
  /// of the first estimate.
  void StartAs(const FaceWienerNetImpl& uncorrected);

  // Kernels are Nx27x27 with entries that sum to 1; log kernels have them as exponentials.

  /// The first estimate, from images of exactly 128x128: their log kernels.
  torch::Tensor EstimateFirstLogKernel(const torch::Tensor& window) { return k_(window); }

  /// A better estimate from the restoration that `kernel` leads to, for images of exactly 128x128:
  /// log kernels. A small network sees the restoration, what it leaves unexplained, and two
  /// solutions of least squares (KernelSolver), and decides what of them to believe. After the
  /// alternation of Laroche, Almansa and Coupete, "Fast Diffusion EM" (WACV 2024). The restoration
  /// is made without gradients. Only where the network corrects kernels.
  torch::Tensor CorrectLogKernel(const torch::Tensor& window, const torch::Tensor& kernel);

  /// A correction as it is made in use: the kernels as seen in the window and in its mirror image,
  /// joined. The evidence is mirrored, not gathered again.
  torch::Tensor CorrectBothWays(const torch::Tensor& window, const torch::Tensor& kernel);

  /// Kernels from the log kernels of images and of their mirror images: the mean of the logarithms,
  /// since errors of the two differ and the kernel does not.
  static torch::Tensor JoinMirrored(const torch::Tensor& seen, const torch::Tensor& mirrored);

  /// Kernels that blur the restorations into the chips, held near `prior`, which may be of any odd
  /// size; in every round the chips are restored again. The prior is the same in all of them: one
  /// that follows what was solved for shrinks mild blur to a point.
  torch::Tensor SolveKernel(const torch::Tensor& chips, const torch::Tensor& prior, int rounds);
  static constexpr int kRounds = 3;  ///< as many as pay

  /// The corrected kernels where the first estimates are wide, the first ones where they are
  /// narrow, since these are found better without a correction, and a mixture in between.
  static torch::Tensor MixKernels(const torch::Tensor& first, const torch::Tensor& corrected);

  /// The kernel of the chips' central 128x128 window: the first estimate, and what the steps above
  /// make of a first estimate: corrected twice, solved for in one round, corrected again, and
  /// solved for in two more. Chips are square; smaller ones are seen whole.
  torch::Tensor EstimateFirstKernel(const torch::Tensor& chips);
  torch::Tensor ImproveKernel(const torch::Tensor& chips, const torch::Tensor& first);

  /// Nx3xHxW, BGR, 0..1, height and width multiples of 16 and larger than the kernels by 2 at
  /// least, with NxKxK kernels, K odd -> the same shape, not clamped.
  torch::Tensor RestoreWithKernel(const torch::Tensor& chip, const torch::Tensor& kernel);

  /// The two parts of RestoreWithKernel(): the chip with its deconvolutions, Nx12xHxW, and the
  /// restored chip made of these. Mirrored chips and kernels give mirrored deconvolutions.
  torch::Tensor Deconvolve(const torch::Tensor& chip, const torch::Tensor& kernel) const;
  torch::Tensor Refine(const torch::Tensor& deconvolved);

  /// Estimate, at most one correction, restoration: every weight once, for self-tests. Nx3xHxW with
  /// height and width multiples of 16, at least 128.
  torch::Tensor forward(const torch::Tensor& chip);

  /// See ConvolutionImpl::Pack.
  void Pack(torch::ScalarType precision, bool winograd = true);

 private:
  KernelEvidence EvidenceFor(const torch::Tensor& window, const torch::Tensor& kernel);

  /// Corrects the kernels of the indices `which`, so many times.
  torch::Tensor CorrectKernels(const torch::Tensor& window, const torch::Tensor& kernels,
                               const torch::Tensor& which, int times);

  /// SolveKernel() that first restores with `start` instead of the prior.
  torch::Tensor SolveKernelFrom(const torch::Tensor& chips, const torch::Tensor& start,
                                const torch::Tensor& prior, int rounds);

  KernelNet k_{nullptr};
  RefinementUNet u_{nullptr};
  KernelNet r_{nullptr};
};
TORCH_MODULE(FaceWienerNet);

}  // namespace facedeblur
