#include "nn/convolution.h"

#include <torch/nn/functional/conv.h>
#include <torch/nn/functional/pixelshuffle.h>
#include <torch/nn/init.h>

#include <cmath>
#include <future>
#include <vector>

#include "nn/pixel_shuffle.h"
#include "nn/trainable_convolution.h"

namespace facedeblur {
namespace {

namespace F = torch::nn::functional;

thread_local bool leave_uninitialized = false;

}  // namespace

ConvolutionImpl::ConvolutionImpl(std::int64_t in, std::int64_t out, std::int64_t kernel,
                                 std::int64_t stride, std::int64_t padding, Activation activation,
                                 std::int64_t unshuffle, std::int64_t shuffle)
    : weight_(register_parameter("weight", torch::empty({out, in, kernel, kernel}))),
      bias_(register_parameter("bias", torch::empty({out}))),
      stride_(stride),
      padding_(padding),
      activation_(activation),
      unshuffle_(unshuffle),
      shuffle_(shuffle),
      outputs_(out / (shuffle * shuffle)) {
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
  if (shuffle_ == 1) return BeforeShuffle(x);
  const torch::Tensor map = BeforeShuffle(x);
  if (has_pixel_order_) return ShufflePixels(map, outputs_, shuffle_);
  return F::pixel_shuffle(map, F::PixelShuffleFuncOptions(shuffle_));
}

torch::Tensor ConvolutionImpl::Onto(const torch::Tensor& sum, const torch::Tensor& x) {
  if (shuffle_ == 1) return packed_ ? packed_->RunOnto(sum, x) : Activate(sum + Convolve(x));
  TORCH_CHECK(activation_ == Activation::kNone, "no activation behind a shuffled sum");
  if (!has_pixel_order_) return sum + forward(x);
  ShufflePixelsOnto(BeforeShuffle(x), shuffle_, sum);
  return sum;
}

torch::Tensor ConvolutionImpl::BeforeShuffle(const torch::Tensor& x) const {
  return packed_ ? RunPacked(x) : Activate(Convolve(x));
}

torch::Tensor ConvolutionImpl::RunPacked(const torch::Tensor& x) const {
  return packed_->Run(unshuffles_first_ ? UnshufflePixels(x, unshuffle_) : x);
}

torch::Tensor ConvolutionImpl::Convolve(const torch::Tensor& x) const {
  const torch::Tensor seen =
      unshuffle_ == 1 ? x : F::pixel_unshuffle(x, F::PixelUnshuffleFuncOptions(unshuffle_));
  return TrainableConvolution(seen, weight_, bias_, stride_, padding_);
}

torch::Tensor ConvolutionImpl::Activate(const torch::Tensor& x) const {
  return activation_ == Activation::kRelu ? torch::relu(x) : x;
}

void ConvolutionImpl::Pack(torch::ScalarType precision, bool winograd) {
  torch::Tensor weight = weight_;
  torch::Tensor bias = bias_;
  PackedConvolution::Options options{stride_, padding_, activation_ == Activation::kRelu, winograd};
  const bool reorders = shuffle_ > 1;
  if (reorders) {
    const torch::Tensor order = PixelOrder(outputs_, shuffle_);
    weight = weight.index_select(0, order);
    bias = bias.index_select(0, order);
  }
  const bool unshuffles =
      unshuffle_ > 1 && PackedConvolution::UsesWinograd(weight, precision, options);
  if (unshuffles) {
    weight =
        weight.index_select(1, PixelOrder(weight.size(1) / (unshuffle_ * unshuffle_), unshuffle_));
  } else if (unshuffle_ > 1) {
    // Convolving unshuffled pixels is convolving the pixels with the shuffled kernel in longer
    // steps, and saves the copy.
    weight = F::pixel_shuffle(weight, F::PixelShuffleFuncOptions(unshuffle_));
    options.stride *= unshuffle_;
    options.padding *= unshuffle_;
  }
  packed_ = PackedConvolution::Create(weight, bias, precision, options);
  if (!packed_) return;
  has_pixel_order_ = reorders;
  unshuffles_first_ = unshuffles;
  weight_.set_data(torch::empty({0}));  // still registered, no longer needed
  bias_.set_data(torch::empty({0}));
}

void PackConvolutions(torch::nn::Module* module, torch::ScalarType precision, bool winograd) {
  std::vector<ConvolutionImpl*> convolutions;
  for (const auto& part : module->modules(/*include_self=*/false)) {
    if (auto* convolution = part->as<ConvolutionImpl>()) convolutions.push_back(convolution);
  }
  // On two threads: the program's start waits for it.
  const auto pack_every_second = [&](std::size_t first) {
    const torch::NoGradGuard no_grad;
    for (std::size_t i = first; i < convolutions.size(); i += 2)
      convolutions[i]->Pack(precision, winograd);
  };
  std::future<void> others = std::async(std::launch::async, pack_every_second, 1);
  pack_every_second(0);
  others.get();
}

UninitializedScope::UninitializedScope() : before_(leave_uninitialized) {
  leave_uninitialized = true;
}

UninitializedScope::~UninitializedScope() { leave_uninitialized = before_; }

}  // namespace facedeblur
