#include "nn/pixel_shuffle.h"

#include <ATen/Dispatch.h>
#include <ATen/Functions.h>

#include <algorithm>

namespace facedeblur {
namespace {

/// One row of one plane into its place among the channels of unshuffled pixels.
void SpreadRow(const float* row, std::int64_t r, std::int64_t channels, std::int64_t width,
               float* to) {
  for (std::int64_t x = 0; x < width; ++x, row += r, to += r * r * channels) {
    for (std::int64_t dx = 0; dx < r; ++dx) to[dx * channels] = row[dx];
  }
}

/// Whether channels lie together in every pixel, and pixels one after the other.
bool HasChannelsLast(const at::Tensor& map) {
  return map.stride(1) == 1 && map.stride(2) == map.size(3) * map.stride(3) &&
         (map.size(0) == 1 || map.stride(0) == map.size(2) * map.stride(2));
}

/// Calls move(from, to, length) for every run of numbers that stay together when `map` is shuffled.
template <typename Number, typename Move>
void ForEachRun(const at::Tensor& map, std::int64_t channels, std::int64_t r, Number* result,
                const Move& move) {
  TORCH_CHECK(HasChannelsLast(map), "a map to be shuffled has its channels last");
  const std::int64_t width = map.size(3);
  const std::int64_t pixel = map.stride(3);
  const std::int64_t run = channels * r;  // r neighbours' channels
  const Number* const pixels = map.data_ptr<Number>();
  for (std::int64_t y = 0; y < map.size(0) * map.size(2); ++y) {
    for (std::int64_t dy = 0; dy < r; ++dy) {
      const Number* from = pixels + y * width * pixel + dy * run;
      for (std::int64_t x = 0; x < width; ++x, from += pixel, result += run) {
        move(from, result, run);
      }
    }
  }
}

}  // namespace

at::Tensor PixelOrder(std::int64_t channels, std::int64_t r) {
  return at::arange(channels * r * r, at::kLong).view({channels, r * r}).t().reshape({-1});
}

at::Tensor UnshufflePixels(const at::Tensor& images, std::int64_t r) {
  TORCH_CHECK(images.size(2) % r == 0 && images.size(3) % r == 0, "images of ", images.sizes(),
              " cannot be unshuffled by ", r);
  const at::Tensor planes = images.to(at::kFloat).contiguous();
  const std::int64_t channels = planes.size(1);
  const std::int64_t height = planes.size(2) / r;
  const std::int64_t width = planes.size(3) / r;
  at::Tensor result = at::empty({planes.size(0), channels * r * r, height, width}, planes.options(),
                                at::MemoryFormat::ChannelsLast);
  const float* row = planes.data_ptr<float>();
  float* const pixels = result.data_ptr<float>();
  for (std::int64_t plane = 0; plane < planes.size(0) * channels; ++plane) {
    for (std::int64_t y = 0; y < height; ++y) {
      const std::int64_t pixel = (plane / channels * height + y) * width;
      for (std::int64_t dy = 0; dy < r; ++dy, row += r * width) {
        SpreadRow(row, r, channels, width,
                  pixels + (pixel * r + dy) * r * channels + plane % channels);
      }
    }
  }
  return result;
}

at::Tensor ShufflePixels(const at::Tensor& map, std::int64_t channels, std::int64_t r) {
  at::Tensor result = at::empty({map.size(0), channels, map.size(2) * r, map.size(3) * r},
                                map.options(), at::MemoryFormat::ChannelsLast);
  AT_DISPATCH_FLOATING_TYPES_AND(at::kBFloat16, map.scalar_type(), "ShufflePixels", [&] {
    ForEachRun(map, channels, r, result.data_ptr<scalar_t>(),
               [](const scalar_t* from, scalar_t* to, std::int64_t length) {
                 std::copy_n(from, length, to);
               });
  });
  return result;
}

void ShufflePixelsOnto(const at::Tensor& map, std::int64_t r, const at::Tensor& sum) {
  TORCH_CHECK(sum.scalar_type() == map.scalar_type() &&
                  sum.is_contiguous(at::MemoryFormat::ChannelsLast) && sum.size(0) == map.size(0) &&
                  sum.size(1) * r * r == map.size(1) && sum.size(2) == map.size(2) * r &&
                  sum.size(3) == map.size(3) * r,
              "a sum of ", sum.sizes(), " does not fit the shuffled map");
  AT_DISPATCH_FLOATING_TYPES_AND(at::kBFloat16, map.scalar_type(), "ShufflePixelsOnto", [&] {
    ForEachRun(map, sum.size(1), r, sum.data_ptr<scalar_t>(),
               [](const scalar_t* from, scalar_t* to, std::int64_t length) {
                 for (std::int64_t i = 0; i < length; ++i) to[i] += from[i];
               });
  });
}

}  // namespace facedeblur
