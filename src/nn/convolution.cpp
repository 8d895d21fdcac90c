#include "nn/convolution.h"

#include <torch/nn/functional/conv.h>
#include <torch/nn/functional/pixelshuffle.h>
#include <torch/nn/init.h>

#include <cmath>

namespace facedeblur {
namespace {

namespace F = torch::nn::functional;

thread_local bool leave_uninitialized = false;

}  // namespace

ConvolutionImpl::ConvolutionImpl(std::int64_t in, std::int64_t out, std::int64_t kernel,
                                 std::int64_t stride, std::int64_t padding, Activation activation,
                                 std::int64_t unshuffle)
    : weight_(register_parameter("weight", torch::empty({out, in, kernel, kernel}))),
      bias_(register_parameter("bias", torch::empty({out}))),
      stride_(stride),
      padding_(padding),
      activation_(activation),
      unshuffle_(unshuffle) {
  if (!leave_uninitialized) Initialize();
}

/// PyTorch's own: uniform within 1 / sqrt(fan in).
void ConvolutionImpl::Initialize() {
  const torch::NoGradGuard no_grad;
  torch::nn::init::kaiming_uniform_(weight_, std::sqrt(5.0));
  const double bound =
      1 / std::sqrt(static_cast<double>(weight_.size(1) * weight_.size(2) * weight_.size(3)));
  torch::nn::init::uniform_(bias_, -bound, bound);
}

torch::Tensor ConvolutionImpl::forward(const torch::Tensor& x) {
  return packed_ ? packed_->Run(x) : Activate(Convolve(x));
}

torch::Tensor ConvolutionImpl::Onto(const torch::Tensor& sum, const torch::Tensor& x) {
  return packed_ ? packed_->RunOnto(sum, x) : Activate(sum + Convolve(x));
}

torch::Tensor ConvolutionImpl::Convolve(const torch::Tensor& x) const {
  const torch::Tensor seen =
      unshuffle_ == 1 ? x : F::pixel_unshuffle(x, F::PixelUnshuffleFuncOptions(unshuffle_));
  return torch::conv2d(seen, weight_, bias_, stride_, padding_);
}

torch::Tensor ConvolutionImpl::Activate(const torch::Tensor& x) const {
  return activation_ == Activation::kRelu ? torch::relu(x) : x;
}

void ConvolutionImpl::Pack(torch::ScalarType precision) {
  // Convolving unshuffled pixels is convolving the pixels with the shuffled kernel in longer steps,
  // and saves the copy.
  const torch::Tensor weight =
      unshuffle_ == 1 ? weight_ : F::pixel_shuffle(weight_, F::PixelShuffleFuncOptions(unshuffle_));
  packed_ = PackedConvolution::Create(
      weight, bias_, precision,
      {stride_ * unshuffle_, padding_ * unshuffle_, activation_ == Activation::kRelu});
  if (!packed_) return;
  weight_.set_data(torch::empty({0}));  // still registered, no longer needed
  bias_.set_data(torch::empty({0}));
}

void PackConvolutions(torch::nn::Module* module, torch::ScalarType precision) {
  for (const auto& part : module->modules(/*include_self=*/false)) {
    if (auto* convolution = part->as<ConvolutionImpl>()) convolution->Pack(precision);
  }
}

UninitializedScope::UninitializedScope() : before_(leave_uninitialized) {
  leave_uninitialized = true;
}

UninitializedScope::~UninitializedScope() { leave_uninitialized = before_; }

}  // namespace facedeblur
