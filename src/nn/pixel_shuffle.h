#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace facedeblur {

/// Shuffling pixels (Shi et al., "Real-Time Single Image and Video Super-Resolution", CVPR 2016)
/// for maps with channels last, where whole rows of channels move. For that the r*r pixels'
/// channels lie pixel after pixel; LibTorch's operators have them channel after channel.

/// Where the channels, pixel after pixel, are in LibTorch's order: `channels` * r * r indices.
at::Tensor PixelOrder(std::int64_t channels, std::int64_t r);

/// NxCxHxW of any precision and layout, height and width multiples of r -> Nx(r*r*C)x(H/r)x(W/r),
/// float32, channels last.
at::Tensor UnshufflePixels(const at::Tensor& pictures, std::int64_t r);

/// Nx(r*r*C)xHxW, channels last -> NxCx(r*H)x(r*W), channels last. Channels of the map beyond
/// those may lie behind them in every pixel.
at::Tensor ShufflePixels(const at::Tensor& map, std::int64_t channels, std::int64_t r);

/// Adds that to `sum`, channels last, in place.
void ShufflePixelsOnto(const at::Tensor& map, std::int64_t r, const at::Tensor& sum);

}  // namespace facedeblur
