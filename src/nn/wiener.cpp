#include "nn/wiener.h"

#include <torch/fft.h>
#include <torch/nn/functional/padding.h>

#include <array>

namespace facedeblur {

void WienerDeconvolve(const torch::Tensor& image, const torch::Tensor& kernel,
                      const std::vector<double>& noise_to_signal, std::int64_t border,
                      const torch::Tensor& target) {
  namespace F = torch::nn::functional;
  using torch::indexing::Slice;
  const torch::Tensor padded =
      F::pad(image, F::PadFuncOptions({border, border, border, border}).mode(torch::kReflect));
  const std::int64_t height = padded.size(2);
  const std::int64_t width = padded.size(3);
  const std::int64_t size = kernel.size(1);
  // Correlation with k is convolution with the flipped k, its centre moved to the origin.
  torch::Tensor origin = torch::zeros({kernel.size(0), height, width}, kernel.options());
  origin.index_put_({Slice(), Slice(0, size), Slice(0, size)}, kernel.flip({1, 2}));
  origin = torch::roll(origin, {-(size / 2), -(size / 2)}, {1, 2});
  const torch::Tensor transfer = torch::fft::rfft2(origin).unsqueeze(1);
  const torch::Tensor power = torch::real(transfer).square() + torch::imag(transfer).square();
  const torch::Tensor numerator = torch::conj(transfer) * torch::fft::rfft2(padded);
  const std::array<std::int64_t, 2> size_2d = {height, width};  // an IntArrayRef only borrows
  // Into their places one after the other: those of a large image together are 100 MB.
  const std::int64_t channels = image.size(1);
  std::int64_t first = 0;
  for (const double ratio : noise_to_signal) {
    const torch::Tensor extended =
        torch::fft::irfft2(numerator / (power + ratio), c10::IntArrayRef(size_2d));
    target.slice(1, first, first + channels)
        .copy_(extended.index({Slice(), Slice(), Slice(border, -border), Slice(border, -border)}));
    first += channels;
  }
}

torch::Tensor WienerDeconvolve(const torch::Tensor& image, const torch::Tensor& kernel,
                               const std::vector<double>& noise_to_signal, std::int64_t border) {
  const auto ratios = static_cast<std::int64_t>(noise_to_signal.size());
  torch::Tensor target = torch::empty(
      {image.size(0), image.size(1) * ratios, image.size(2), image.size(3)}, image.options());
  WienerDeconvolve(image, kernel, noise_to_signal, border, target);
  return target;
}

}  // namespace facedeblur
