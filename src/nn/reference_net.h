#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "facedeblur/weights/keras_weights.h"
#include "nn/packed_convolution.h"

namespace facedeblur {

/// The reference network (see reference_spec.h) as a LibTorch module.
class ReferenceNetImpl : public torch::nn::Module {
 public:
  ReferenceNetImpl();

  /// Fresh initial values with which the network returns its input: part of each layer's channels
  /// pass on what comes in, the others begin with random filters.
  void StartAtIdentity();

  /// Takes the weights of a Keras model: its convolutions and normalisations in file order,
  /// whatever they are called. Throws Error(kModel) naming the first layer that does not fit.
  void LoadKeras(const std::vector<KerasLayer>& layers);

  /// From now on only the first channels of each layer are computed and trained, `share` of them (0
  /// to 1, rounded to multiples of 16). The others no longer have an influence, so that the whole
  /// network is the same function, and a start for a wider one (Chen et al., Net2Net, ICLR 2016).
  void SetWidth(double share);

  /// The inverse of LoadKeras, with names as Keras gives them.
  std::vector<KerasLayer> ToKeras() const;

  /// Multiplies every normalisation into the convolution before it, in double precision. Afterwards
  /// the network can only be evaluated.
  void FoldNormalization();

  /// Prepares a folded network for inference on the CPU; it can no longer be moved or saved. In a
  /// program built without oneDNN some layers stay LibTorch's. `winograd` allows Winograd's
  /// kernels.
  void Pack(bool winograd = true);

  /// Nx3xHxW, RGB, 0..255, float32 -> the same shape, 0 and up (not clipped at 255). Normalisation
  /// is by the running statistics in training too, which never change: with those of each batch,
  /// the network would not begin as the identity, and the average of its weights would need
  /// statistics of its own.
  torch::Tensor forward(torch::Tensor x);

  /// The same for chips as they are elsewhere: Nx3xHxW, BGR, 0..1, float32 -> the same shape, 0 and
  /// up (not clipped at 1).
  torch::Tensor Restore(const torch::Tensor& chips);

 private:
  torch::Tensor Convolve(std::size_t layer, const torch::Tensor& padded);
  torch::Tensor RunLayer(std::size_t layer, const torch::Tensor& x);

  std::vector<torch::nn::Conv2d> convolutions_;
  std::vector<torch::nn::BatchNorm2d> normalizations_;      // empty handles where a layer has none
  std::vector<std::shared_ptr<PackedConvolution>> packed_;  // empty before Pack(); null: LibTorch's
  double width_ = 1;
  bool folded_ = false;
};
TORCH_MODULE(ReferenceNet);

}  // namespace facedeblur
