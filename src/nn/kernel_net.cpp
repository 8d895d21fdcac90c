#include "nn/kernel_net.h"

#include <torch/fft.h>
#include <torch/nn/functional/padding.h>

#include <array>
#include <vector>

#include "nn/chip_tensor.h"
#include "nn/residual_block.h"

namespace facedeblur {
namespace {

namespace F = torch::nn::functional;
using torch::indexing::Ellipsis;
using torch::indexing::None;
using torch::indexing::Slice;

constexpr std::int64_t kUnshuffled = 16;  // channels of one image in the stem
constexpr std::int64_t kSeenMaps = 34;    // of the blurred image alone

torch::Tensor HannWindow(const torch::Device& device = torch::kCPU) {
  const torch::Tensor hann = torch::hann_window(KernelNetImpl::kWindow, /*periodic=*/false, device);
  return hann.unsqueeze(1) * hann.unsqueeze(0);
}

/// Forward differences, zero at the far edge.
torch::Tensor GradientX(const torch::Tensor& grey) {
  return F::pad(grey.index({Ellipsis, Slice(1, None)}) - grey.index({Ellipsis, Slice(None, -1)}),
                F::PadFuncOptions({0, 1}));
}
torch::Tensor GradientY(const torch::Tensor& grey) {
  return F::pad(grey.index({Slice(), Slice(), Slice(1, None)}) -
                    grey.index({Slice(), Slice(), Slice(None, -1)}),
                F::PadFuncOptions({0, 0, 0, 1}));
}

/// A parameter's first input channels become another's, which has fewer; the others become zero.
void CopyFirstChannels(const torch::Tensor& from, torch::Tensor* to) {
  to->zero_();
  to->slice(1, 0, from.size(1)).copy_(from);
}

}  // namespace

KernelNetImpl::KernelNetImpl(std::int64_t evidence_images, std::int64_t evidence_maps) {
  stem_ = register_module("stem", Convolution(kUnshuffled * (1 + evidence_images), 64, 3, 1, 1,
                                              Activation::kNone, /*unshuffle=*/4));
  b1_ = register_module("b1", TwoResidualBlocks(64));
  d1_ = register_module("d1", Convolution(64, 96, 2, 2, 0));
  b2_ = register_module("b2", TwoResidualBlocks(96));
  d2_ = register_module("d2", Convolution(96, 128, 2, 2, 0));
  b3_ = register_module("b3", TwoResidualBlocks(128));
  vec_ = register_module("vec", Convolution(128, 384, 8, 1, 0, Activation::kRelu));
  map_ = register_module("map", torch::nn::Linear(384, kKernel * kKernel * 2));
  a0_ = register_module("a0", Convolution(3, 32, 3, 2, 1));
  a1_ = register_module("a1", Convolution(kSeenMaps + evidence_maps, 48, 3, 1, 1));
  for (int i = 0; i < 4; ++i) a2_->push_back(ResidualBlock(48));
  register_module("a2", a2_);
  film_ = register_module("film", torch::nn::Linear(384, 96));
  out_ = register_module("out", Convolution(48, 1, 3, 1, 1));
  window_ = HannWindow();
}

void KernelNetImpl::StartAs(const KernelNetImpl& without_evidence) {
  const torch::NoGradGuard no_grad;
  auto own = named_parameters();
  for (const auto& item : without_evidence.named_parameters()) {
    torch::Tensor& parameter = own[item.key()];
    if (parameter.dim() == 4) {
      CopyFirstChannels(item.value(), &parameter);
    } else {
      parameter.copy_(item.value());
    }
  }
}

/// By the Wiener-Khinchin theorem: the inverse transform of the power spectrum. Three channels
/// (gradient along x, y and their sum), 54x54 around zero shift, each scaled to a peak of 1.
torch::Tensor KernelNetImpl::Autocorrelation(const torch::Tensor& grey) const {
  // Shifts of up to 27 pixels do not wrap around, and the size is a fast one.
  constexpr std::int64_t kTransform = 160;
  static_assert(kTransform >= kWindow + kKernel);
  constexpr std::int64_t kFirst = kTransform / 2 - kKernel;
  // Made on a GPU where it is wanted there: an upload would wait for all that the GPU has to do.
  const torch::Tensor window = grey.is_cuda() ? HannWindow(grey.device()) : window_;
  const torch::Tensor dx = GradientX(grey) * window;
  const torch::Tensor dy = GradientY(grey) * window;
  // IntArrayRef only borrows, so what it points to needs names.
  constexpr std::array<std::int64_t, 2> kSize = {kTransform, kTransform};
  constexpr std::array<std::int64_t, 2> kPlane = {2, 3};
  const c10::IntArrayRef size(kSize);
  std::vector<torch::Tensor> channels;
  for (const torch::Tensor& gradient : {dx, dy, dx + dy}) {
    const torch::Tensor spectrum = torch::fft::rfft2(gradient, size);
    const torch::Tensor power = torch::real(spectrum).square() + torch::imag(spectrum).square();
    const torch::Tensor correlation =
        torch::fft::fftshift(torch::fft::irfft2(power, size), c10::IntArrayRef(kPlane))
            .index({Slice(), Slice(), Slice(kFirst, kFirst + 2 * kKernel),
                    Slice(kFirst, kFirst + 2 * kKernel)});
    channels.push_back(correlation / (correlation.amax({2, 3}, /*keepdim=*/true) + 1e-6));
  }
  return torch::cat(channels, 1);
}

torch::Tensor KernelNetImpl::forward(const torch::Tensor& chip, const KernelEvidence& evidence) {
  const torch::Tensor grey = ChipScale(chip).Apply(chip);
  const auto with = [](const torch::Tensor& own, const torch::Tensor& more) {
    return more.defined() ? torch::cat({own, more}, 1) : own;
  };
  torch::Tensor features = b1_->forward(stem_(with(grey, evidence.images)));
  features = b3_->forward(d2_(b2_->forward(d1_(features))));
  const torch::Tensor vector = vec_(features).flatten(1).to(torch::kFloat32);
  const torch::Tensor drawn = map_(vector).view({-1, 2, kKernel, kKernel});
  const torch::Tensor seen = a0_(Autocorrelation(grey));
  torch::Tensor h = a1_(with(torch::cat({seen, drawn}, 1), evidence.maps));
  const torch::Tensor film = film_(vector).unsqueeze(-1).unsqueeze(-1);
  for (std::size_t i = 0; i < a2_->size(); ++i) {
    h = a2_[i]->as<ResidualBlockImpl>()->forward(h);
    // Feature-wise linear modulation (Perez et al. 2018) lets the image steer the map.
    if (i == 1) h = h * (1 + film.slice(1, 0, 48)) + film.slice(1, 48, 96);
  }
  // A probability needs full precision, whatever the convolutions ran in.
  return out_(h).to(torch::kFloat32).flatten(1).log_softmax(1).view({-1, kKernel, kKernel});
}

ChipScale::ChipScale(const torch::Tensor& chips) {
  const torch::Tensor grey = Luma(chips);
  mean_ = grey.mean({2, 3}, /*keepdim=*/true);
  deviation_ = grey.std({2, 3}, /*unbiased=*/true, /*keepdim=*/true) + 0.02;
}

torch::Tensor ChipScale::Apply(const torch::Tensor& chips) const {
  return (Luma(chips) - mean_) / deviation_;
}

}  // namespace facedeblur
