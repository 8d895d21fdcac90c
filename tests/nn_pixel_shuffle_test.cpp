#include <gtest/gtest.h>
#include <torch/nn/functional/pixelshuffle.h>

#include "facedeblur/nn/device.h"
#include "nn/pixel_shuffle.h"

namespace facedeblur {
namespace {

namespace F = torch::nn::functional;

/// The map with its channels pixel after pixel, lying last.
torch::Tensor InPixelOrder(const torch::Tensor& map, std::int64_t r) {
  return map.index_select(1, PixelOrder(map.size(1) / (r * r), r))
      .contiguous(torch::MemoryFormat::ChannelsLast);
}

TEST(PixelShuffle, IsLibTorchsInAnotherOrder) {
  const InferenceScope inference;
  torch::manual_seed(1);
  for (const int r : {2, 3}) {
    for (const auto type : {torch::kFloat32, torch::kBFloat16}) {
      const torch::Tensor map = torch::randn({2, 5 * r * r, 4, 7}).to(type);
      const torch::Tensor expected = F::pixel_shuffle(map, F::PixelShuffleFuncOptions(r));
      EXPECT_TRUE(torch::equal(ShufflePixels(InPixelOrder(map, r), 5, r), expected));
      const torch::Tensor sum =
          torch::randn(expected.sizes()).to(type).contiguous(torch::MemoryFormat::ChannelsLast);
      const torch::Tensor expected_sum = sum + expected;
      ShufflePixelsOnto(InPixelOrder(map, r), r, sum);
      EXPECT_TRUE(torch::equal(sum, expected_sum));
    }
  }
}

TEST(PixelShuffle, StepsOverChannelsBehindThoseOfThePixels) {
  const InferenceScope inference;
  torch::manual_seed(2);
  const torch::Tensor map = torch::randn({2, 12, 5, 6});
  const torch::Tensor wide = torch::cat({InPixelOrder(map, 2), torch::randn({2, 4, 5, 6})}, 1)
                                 .contiguous(torch::MemoryFormat::ChannelsLast);
  EXPECT_TRUE(torch::equal(ShufflePixels(wide.narrow(1, 0, 12), 3, 2),
                           F::pixel_shuffle(map, F::PixelShuffleFuncOptions(2))));
}

TEST(PixelShuffle, UnshufflesPlanesAndChannelsLast) {
  const InferenceScope inference;
  torch::manual_seed(3);
  for (const int r : {2, 4}) {
    const torch::Tensor images = torch::randn({2, 3, 4 * r, 6 * r});
    const torch::Tensor expected =
        InPixelOrder(F::pixel_unshuffle(images, F::PixelUnshuffleFuncOptions(r)), r);
    EXPECT_TRUE(torch::equal(UnshufflePixels(images, r), expected));
    EXPECT_TRUE(torch::equal(
        UnshufflePixels(images.contiguous(torch::MemoryFormat::ChannelsLast), r), expected));
  }
}

TEST(PixelShuffle, RefusesWhatDoesNotFit) {
  const torch::Tensor map =
      torch::zeros({1, 8, 4, 4}).contiguous(torch::MemoryFormat::ChannelsLast);
  const auto sum = [](std::int64_t side) {
    return torch::zeros({1, 2, side, 8}).contiguous(torch::MemoryFormat::ChannelsLast);
  };
  ShufflePixelsOnto(map, 2, sum(8));
  EXPECT_ANY_THROW(ShufflePixelsOnto(map, 2, sum(9)));
  EXPECT_ANY_THROW(ShufflePixelsOnto(map, 2, sum(8).to(torch::kBFloat16)));
  EXPECT_ANY_THROW(ShufflePixels(torch::zeros({1, 8, 4, 4}), 2, 2)) << "planes";
}

}  // namespace
}  // namespace facedeblur
