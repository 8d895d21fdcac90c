#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace facedeblur {

/// Shuffling pixels (Shi et al., "Real-Time Single Image and Video Super-Resolution", CVPR 2016)
/// of maps with channels last, in which whole runs of channels move at once. For that the channels
/// of the r*r pixels lie pixel after pixel; LibTorch's operators have them channel after channel.

/// Brings channels from LibTorch's order into ours: for each of `channels` * r * r, where it is
/// now.
at::Tensor PixelOrder(std::int64_t channels, std::int64_t r);

/// NxCxHxW of any precision and layout, height and width multiples of r -> Nx(r*r*C)x(H/r)x(W/r),
/// float32, channels last.
at::Tensor UnshufflePixels(const at::Tensor& images, std::int64_t r);

/// Nx(r*r*C)xHxW, channels last -> NxCx(r*H)x(r*W), channels last. More
/// channels may lie between the map's pixels in memory.
at::Tensor ShufflePixels(const at::Tensor& map, std::int64_t channels, std::int64_t r);

/// Adds that to `sum`, channels last, in place.
void ShufflePixelsOnto(const at::Tensor& map, std::int64_t r, const at::Tensor& sum);

}  // namespace facedeblur
