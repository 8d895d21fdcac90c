#include "nn/wiener.h"

#include <torch/fft.h>
#include <torch/nn/functional/padding.h>

#include <array>

namespace facedeblur {

torch::Tensor WienerDeconvolve(const torch::Tensor& image, const torch::Tensor& kernel,
                               const std::vector<double>& noise_to_signal, std::int64_t border) {
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
  std::vector<torch::Tensor> restored;
  for (const double ratio : noise_to_signal) {
    restored.push_back(
        torch::fft::irfft2(numerator / (power + ratio), c10::IntArrayRef(size_2d))
            .index({Slice(), Slice(), Slice(border, -border), Slice(border, -border)}));
  }
  return torch::cat(restored, 1);
}

}  // namespace facedeblur
