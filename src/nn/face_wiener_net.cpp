#include "nn/face_wiener_net.h"

#include <torch/fft.h>
#include <torch/nn/functional/padding.h>

#include <array>
#include <vector>

#include "nn/chip_tensor.h"
#include "nn/fourier.h"
#include "nn/wiener.h"

namespace facedeblur {
namespace {

namespace F = torch::nn::functional;
using torch::indexing::Ellipsis;
using torch::indexing::None;
using torch::indexing::Slice;

constexpr std::array<std::int64_t, 4> kWidths = {32, 64, 128, 192};
constexpr std::int64_t kLevels = 3;  // of down- and upsampling, below the unshuffle
// Deconvolutions that the refinement sees, from sharp and noisy to smooth.
const std::vector<double> kNoiseToSignal = {3e-3, 2e-2, 1e-1};
constexpr std::int64_t kWienerBorder = 28;  // at least: one more than the largest kernel

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

/// The least border with which the transform is a fast one.
std::int64_t FastBorder(std::int64_t size) {
  std::int64_t border = kWienerBorder;
  while (!IsFastTransformSize(size + 2 * border)) ++border;
  return border;
}

torch::nn::Sequential TwoBlocks(std::int64_t channels) {
  return torch::nn::Sequential(ResidualBlock(channels), ResidualBlock(channels));
}

}  // namespace

ResidualBlockImpl::ResidualBlockImpl(std::int64_t channels)
    : a_(register_module("a", Convolution(channels, channels, 3, 1, 1, Activation::kRelu))),
      b_(register_module("b", Convolution(channels, channels, 3, 1, 1))) {}

torch::Tensor ResidualBlockImpl::forward(const torch::Tensor& x) { return b_->Onto(x, a_(x)); }

RefinementUNetImpl::RefinementUNetImpl(std::int64_t input_channels) {
  head_ = register_module("head", Convolution(input_channels * 4, kWidths[0], 3, 1, 1,
                                              Activation::kNone, /*unshuffle=*/2));
  for (std::size_t i = 0; i < kLevels; ++i) {
    encoders_->push_back(TwoBlocks(kWidths[i]));
    downs_->push_back(Convolution(kWidths[i], kWidths[i + 1], 2, 2, 0));
    ups_->push_back(torch::nn::Sequential(
        Convolution(kWidths[i + 1], kWidths[i] * 4, 1, 1, 0, Activation::kNone, 1, /*shuffle=*/2)));
    decoders_->push_back(TwoBlocks(kWidths[i]));
  }
  middle_ = register_module("mid", TwoBlocks(kWidths[kLevels]));
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

KernelNetImpl::KernelNetImpl() {
  stem_ = register_module("stem", Convolution(16, 64, 3, 1, 1, Activation::kNone, /*unshuffle=*/4));
  b1_ = register_module("b1", TwoBlocks(64));
  d1_ = register_module("d1", Convolution(64, 96, 2, 2, 0));
  b2_ = register_module("b2", TwoBlocks(96));
  d2_ = register_module("d2", Convolution(96, 128, 2, 2, 0));
  b3_ = register_module("b3", TwoBlocks(128));
  vec_ = register_module("vec", Convolution(128, 384, 8, 1, 0, Activation::kRelu));
  map_ = register_module("map", torch::nn::Linear(384, kKernel * kKernel * 2));
  a0_ = register_module("a0", Convolution(3, 32, 3, 2, 1));
  a1_ = register_module("a1", Convolution(34, 48, 3, 1, 1));
  for (int i = 0; i < 4; ++i) a2_->push_back(ResidualBlock(48));
  register_module("a2", a2_);
  film_ = register_module("film", torch::nn::Linear(384, 96));
  out_ = register_module("out", Convolution(48, 1, 3, 1, 1));
  window_ = HannWindow();
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

torch::Tensor KernelNetImpl::forward(const torch::Tensor& chip) {
  torch::Tensor grey = Luma(chip);
  grey = (grey - grey.mean({2, 3}, /*keepdim=*/true)) /
         (grey.std({2, 3}, /*unbiased=*/true, /*keepdim=*/true) + 0.02);
  torch::Tensor features = b1_->forward(stem_(grey));
  features = b3_->forward(d2_(b2_->forward(d1_(features))));
  const torch::Tensor vector = vec_(features).flatten(1).to(torch::kFloat32);
  const torch::Tensor drawn = map_(vector).view({-1, 2, kKernel, kKernel});
  const torch::Tensor seen = a0_(Autocorrelation(grey));
  torch::Tensor h = a1_(torch::cat({seen, drawn}, 1));
  const torch::Tensor film = film_(vector).unsqueeze(-1).unsqueeze(-1);
  for (std::size_t i = 0; i < a2_->size(); ++i) {
    h = a2_[i]->as<ResidualBlockImpl>()->forward(h);
    // Feature-wise linear modulation (Perez et al. 2018) lets the image steer the map.
    if (i == 1) h = h * (1 + film.slice(1, 0, 48)) + film.slice(1, 48, 96);
  }
  // A probability needs full precision, whatever the convolutions ran in.
  return out_(h).to(torch::kFloat32).flatten(1).log_softmax(1).view({-1, kKernel, kKernel});
}

KernelRefinerImpl::KernelRefinerImpl() {
  constexpr std::int64_t kWidth = 48;
  in_ = register_module("in", Convolution(5, kWidth, 3, 1, 1));
  blocks_ = register_module("blocks",
                            torch::nn::Sequential(ResidualBlock(kWidth), ResidualBlock(kWidth),
                                                  ResidualBlock(kWidth), ResidualBlock(kWidth)));
  out_ = register_module("out", Convolution(kWidth, 1, 3, 1, 1));
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : out_->parameters()) parameter.zero_();  // the first estimate
  window_ = HannWindow();
}

/// argmin_k sum |grad y - k * grad x|^2 + ratio |k|^2 in the Fourier domain, for three ratios;
/// 27x27 around zero shift, each scaled to a peak of 1.
torch::Tensor KernelRefinerImpl::LeastSquares(const torch::Tensor& blurred,
                                              const torch::Tensor& restored) const {
  constexpr std::int64_t kWindow = KernelNetImpl::kWindow;
  constexpr std::int64_t kKernel = KernelNetImpl::kKernel;
  constexpr std::int64_t kFirst = kWindow / 2 - kKernel / 2;
  constexpr std::array<std::int64_t, 2> kSize = {kWindow, kWindow};
  constexpr std::array<std::int64_t, 2> kPlane = {2, 3};
  const torch::Tensor window = blurred.is_cuda() ? HannWindow(blurred.device()) : window_;
  const torch::Tensor y = Luma(blurred);
  const torch::Tensor x = Luma(restored);
  torch::Tensor cross;
  torch::Tensor power;
  for (const auto gradient : {GradientX, GradientY}) {
    const torch::Tensor fy = torch::fft::rfft2(gradient(y) * window);
    const torch::Tensor fx = torch::fft::rfft2(gradient(x) * window);
    const torch::Tensor c = torch::conj(fy) * fx;
    const torch::Tensor p = torch::real(fx).square() + torch::imag(fx).square();
    cross = cross.defined() ? cross + c : c;
    power = power.defined() ? power + p : p;
  }
  const torch::Tensor scale = power.mean({2, 3}, /*keepdim=*/true) + 1e-8;
  std::vector<torch::Tensor> maps;
  for (const double ratio : {1e-3, 1e-2, 1e-1}) {
    const torch::Tensor kernel =
        torch::fft::fftshift(
            torch::fft::irfft2(cross / (power + ratio * scale), c10::IntArrayRef(kSize)),
            c10::IntArrayRef(kPlane))
            .index({Slice(), Slice(), Slice(kFirst, kFirst + kKernel),
                    Slice(kFirst, kFirst + kKernel)});
    maps.push_back(kernel / (kernel.amax({2, 3}, /*keepdim=*/true).clamp_min(1e-6)));
  }
  return torch::cat(maps, 1);
}

torch::Tensor KernelRefinerImpl::forward(const torch::Tensor& blurred,
                                         const torch::Tensor& restored,
                                         const torch::Tensor& first_log_kernel) {
  const torch::Tensor log_kernel = first_log_kernel.unsqueeze(1);
  const torch::Tensor kernel = log_kernel.exp();
  const torch::Tensor scaled = kernel / kernel.amax({2, 3}, /*keepdim=*/true);
  const torch::Tensor seen =
      torch::cat({scaled, 0.1 * log_kernel, LeastSquares(blurred, restored)}, 1);
  const torch::Tensor change = out_(blocks_->forward(in_(seen))).to(torch::kFloat32);
  return (log_kernel + change)
      .flatten(1)
      .log_softmax(1)
      .view({-1, KernelNetImpl::kKernel, KernelNetImpl::kKernel});
}

FaceWienerNetImpl::FaceWienerNetImpl(bool second_estimate) {
  k_ = register_module("k", KernelNet());
  u_ = register_module("u",
                       RefinementUNet(3 + 3 * static_cast<std::int64_t>(kNoiseToSignal.size())));
  if (second_estimate) r_ = register_module("r", KernelRefiner());
}

FaceWienerNetImpl::KernelEstimates FaceWienerNetImpl::EstimateLogKernels(
    const torch::Tensor& window) {
  KernelEstimates estimates;
  estimates.first = k_(window);
  estimates.last = estimates.first;
  if (r_.is_empty()) return estimates;
  torch::Tensor restored;
  {
    const torch::NoGradGuard no_grad;
    restored = RestoreWithKernel(window, estimates.first.exp()).clamp(0, 1);
  }
  estimates.last = r_(window, restored, estimates.first.detach());
  return estimates;
}

torch::Tensor FaceWienerNetImpl::EstimateKernel(const torch::Tensor& chip) {
  constexpr std::int64_t kWindow = KernelNetImpl::kWindow;
  const std::int64_t top = (chip.size(2) - kWindow) / 2;
  const std::int64_t left = (chip.size(3) - kWindow) / 2;
  return EstimateLogKernels(
             chip.slice(2, top, top + kWindow).slice(3, left, left + kWindow).contiguous())
      .last.exp();
}

torch::Tensor FaceWienerNetImpl::Deconvolve(const torch::Tensor& chip,
                                            const torch::Tensor& kernel) const {
  const std::int64_t border = FastBorder(chip.size(2));
  const torch::Tensor deconvolved =
      WienerDeconvolve(chip, kernel, kNoiseToSignal, border).clamp(-0.5, 1.5);
  return torch::cat({chip, deconvolved}, 1);
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
  return RestoreWithKernel(chip, EstimateKernel(chip));
}

}  // namespace facedeblur
