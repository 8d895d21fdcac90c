#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/linear.h>

#include "nn/convolution.h"

namespace facedeblur {

/// Two 3x3 convolutions around a ReLU, added to their input; packed, they overwrite it.
class ResidualBlockImpl : public torch::nn::Module {
 public:
  explicit ResidualBlockImpl(std::int64_t channels);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  Convolution a_;
  Convolution b_;
};
TORCH_MODULE(ResidualBlock);

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

/// Estimates the blur kernel of a 128x128 face from the image and from the autocorrelation of its
/// gradients. In a blurred image that is the kernel's own autocorrelation, smeared by the face's:
/// it shows the kernel's extent and direction. The image settles what it cannot show, above all
/// which of two mirror images the kernel is.
class KernelNetImpl : public torch::nn::Module {
 public:
  static constexpr std::int64_t kWindow = 128;  ///< input height and width
  static constexpr std::int64_t kKernel = 27;   ///< output height and width

  KernelNetImpl();
  /// Nx3x128x128, BGR, 0..1 -> log kernel, Nx27x27, whose exponentials sum to 1.
  torch::Tensor forward(const torch::Tensor& chip);

 private:
  torch::Tensor Autocorrelation(const torch::Tensor& grey) const;

  Convolution stem_{nullptr};
  torch::nn::Sequential b1_{nullptr};
  Convolution d1_{nullptr};
  torch::nn::Sequential b2_{nullptr};
  Convolution d2_{nullptr};
  torch::nn::Sequential b3_{nullptr};
  Convolution vec_{nullptr};
  torch::nn::Linear map_{nullptr};
  Convolution a0_{nullptr};
  Convolution a1_{nullptr};
  torch::nn::ModuleList a2_;
  torch::nn::Linear film_{nullptr};
  Convolution out_{nullptr};
  torch::Tensor window_;  // Hann window; made, not learned, so it is no buffer
};
TORCH_MODULE(KernelNet);

/// Estimates the kernel again once a first restoration is there: sharp edges and what became of
/// them give the kernel in closed form (regularised least squares on gradients, as in Cho and Lee,
/// "Fast Motion Deblurring", SIGGRAPH Asia 2009), and a small network weighs that against the first
/// estimate.
class KernelRefinerImpl : public torch::nn::Module {
 public:
  KernelRefinerImpl();
  /// Nx3x128x128 blurred and restored (BGR, 0..1) and the first log kernel, Nx27x27 -> log kernel.
  torch::Tensor forward(const torch::Tensor& blurred, const torch::Tensor& restored,
                        const torch::Tensor& first_log_kernel);

 private:
  torch::Tensor LeastSquares(const torch::Tensor& blurred, const torch::Tensor& restored) const;

  Convolution in_{nullptr};
  torch::nn::Sequential blocks_{nullptr};
  Convolution out_{nullptr};
  torch::Tensor window_;
};
TORCH_MODULE(KernelRefiner);

/// The kernel-aware face network: estimate the kernel, deconvolve with it (Wiener, three
/// regularisations), refine. Module and parameter names are those of the weights files.
class FaceWienerNetImpl : public torch::nn::Module {
 public:
  /// With `second_estimate` the kernel is estimated again from the first restoration.
  explicit FaceWienerNetImpl(bool second_estimate);

  /// Log kernels, Nx27x27 each; the exponentials sum to 1.
  struct KernelEstimates {
    torch::Tensor first;
    torch::Tensor last;  ///< the refined one, or the first where there is no second estimate
  };
  /// Estimates from images of exactly 128x128. The restoration between the two estimates is made
  /// without gradients.
  KernelEstimates EstimateLogKernels(const torch::Tensor& window);

  /// Only the first of them, without a restoration: several times cheaper.
  torch::Tensor EstimateFirstLogKernel(const torch::Tensor& window) { return k_(window); }

  /// The blur kernel of the image's central 128x128 window: Nx27x27, entries sum to 1.
  torch::Tensor EstimateKernel(const torch::Tensor& chip);

  /// Nx3xHxW, BGR, 0..1, height and width multiples of 16 and at least 32, with Nx27x27 kernels ->
  /// the same shape, not clamped.
  torch::Tensor RestoreWithKernel(const torch::Tensor& chip, const torch::Tensor& kernel);

  /// The two parts of RestoreWithKernel(): the chip with its deconvolutions, Nx12xHxW, and the
  /// restored chip made of these. Mirrored chips and kernels give mirrored deconvolutions.
  torch::Tensor Deconvolve(const torch::Tensor& chip, const torch::Tensor& kernel) const;
  torch::Tensor Refine(const torch::Tensor& deconvolved);

  /// Both steps: Nx3xHxW with height and width multiples of 16, at least 128.
  torch::Tensor forward(const torch::Tensor& chip);

  /// See ConvolutionImpl::Pack.
  void Pack(torch::ScalarType precision, bool winograd = true);

 private:
  KernelNet k_{nullptr};
  RefinementUNet u_{nullptr};
  KernelRefiner r_{nullptr};
};
TORCH_MODULE(FaceWienerNet);

}  // namespace facedeblur
