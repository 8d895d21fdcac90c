#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <memory>

#include "nn/packed_convolution.h"

namespace facedeblur {

enum class Activation { kNone, kRelu };

/// Square 2-D convolution with bias, with or without a ReLU behind it. It has the parameter names
/// and initial values of torch::nn::Conv2d and can be packed for inference. With `unshuffle` r the
/// pixels of its input are unshuffled first (Shi et al. 2016): `in` counts the channels after that,
/// r * r times the image's. With `shuffle` r the pixels of its result are shuffled: `out` counts
/// the channels before that.
class ConvolutionImpl : public torch::nn::Module {
 public:
  ConvolutionImpl(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
                  std::int64_t padding, Activation activation = Activation::kNone,
                  std::int64_t unshuffle = 1, std::int64_t shuffle = 1);
  torch::Tensor forward(const torch::Tensor& x);

  /// sum + forward(x). The activation comes after the sum; with a shuffle there must be none. A
  /// packed convolution overwrites `sum`.
  torch::Tensor Onto(const torch::Tensor& sum, const torch::Tensor& x);

  /// Prepares for inference on the CPU; the module can no longer be trained, moved or saved.
  /// `winograd` allows Winograd's kernels. Does nothing where neither these nor oneDNN can be used.
  void Pack(torch::ScalarType precision, bool winograd = true);

 private:
  void Initialize();
  torch::Tensor Convolve(const torch::Tensor& x) const;
  torch::Tensor Activate(const torch::Tensor& x) const;
  torch::Tensor RunPacked(const torch::Tensor& x) const;
  torch::Tensor BeforeShuffle(const torch::Tensor& x) const;

  torch::Tensor weight_;
  torch::Tensor bias_;
  std::int64_t stride_;
  std::int64_t padding_;
  Activation activation_;
  std::int64_t unshuffle_;
  std::int64_t shuffle_;
  std::int64_t outputs_;           ///< channels behind the shuffle
  bool unshuffles_first_ = false;  ///< packed: else the kernel does it in longer steps
  bool has_pixel_order_ = false;   ///< packed: see pixel_shuffle.h
  std::shared_ptr<PackedConvolution> packed_;
};
TORCH_MODULE(Convolution);

/// Packs every convolution below `module`, see ConvolutionImpl::Pack.
void PackConvolutions(torch::nn::Module* module, torch::ScalarType precision, bool winograd = true);

/// While one lives, convolutions made on its thread stay without initial values: drawing eight
/// million random numbers takes longer than reading the weights that replace them.
class UninitializedScope {
 public:
  UninitializedScope();
  ~UninitializedScope();
  UninitializedScope(const UninitializedScope&) = delete;
  UninitializedScope& operator=(const UninitializedScope&) = delete;

 private:
  bool before_;
};

}  // namespace facedeblur
