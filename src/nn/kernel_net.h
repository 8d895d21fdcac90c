#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/linear.h>

#include "nn/convolution.h"

namespace facedeblur {

/// What is known of a blur besides the blurred image.
struct KernelEvidence {
  torch::Tensor images;  ///< NxIx128x128, like the blurred image's luma: mean 0, deviation near 1
  torch::Tensor maps;    ///< NxMx27x27, over the kernel's entries
};

/// Estimates the blur kernel of a 128x128 face from the image and from the autocorrelation of its
/// gradients. In a blurred image that is the kernel's own autocorrelation, smeared by the face's:
/// it shows the kernel's extent and direction. The image settles what it cannot show, above all
/// which of two mirror images the kernel is.
class KernelNetImpl : public torch::nn::Module {
 public:
  static constexpr std::int64_t kWindow = 128;  ///< input height and width
  static constexpr std::int64_t kKernel = 27;   ///< output height and width

  /// How many images and maps of evidence it is shown.
  explicit KernelNetImpl(std::int64_t evidence_images = 0, std::int64_t evidence_maps = 0);

  /// Nx3x128x128, BGR, 0..1 -> log kernel, Nx27x27, whose exponentials sum to 1.
  torch::Tensor forward(const torch::Tensor& chip, const KernelEvidence& evidence = {});

  /// Starts as a network without evidence does, with no weight on what it is shown besides.
  void StartAs(const KernelNetImpl& without_evidence);

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

/// The luma of chips, each brought to mean 0 and a deviation near 1, as the network sees them.
class ChipScale {
 public:
  /// Of these chips, Nx3xHxW.
  explicit ChipScale(const torch::Tensor& chips);

  /// Nx3xHxW of the same faces -> Nx1xHxW.
  torch::Tensor Apply(const torch::Tensor& chips) const;

 private:
  torch::Tensor mean_;
  torch::Tensor deviation_;
};

}  // namespace facedeblur
