#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdint>
#include <thread>

#include "nn/reused_memory.h"

namespace facedeblur {
namespace {

constexpr std::int64_t kLarge = 1 << 20;  // floats: 4 MB

/// The place of a tensor that is gone when this returns.
const void* PlaceOf(std::int64_t count) { return torch::empty({count}).data_ptr(); }

class ReusedMemoryTest : public ::testing::Test {
 protected:
  void SetUp() override { ReusedMemory::Install(); }
};

TEST_F(ReusedMemoryTest, TheNextTensorOfThatSizeTakesThePlaceOfTheLast) {
  const ReusedMemory memory;
  const void* const first = PlaceOf(kLarge);
  EXPECT_EQ(PlaceOf(kLarge), first);
  EXPECT_EQ(PlaceOf(kLarge - kLarge / 8), first) << "a little is wasted";
  const torch::Tensor much_smaller = torch::empty({kLarge / 2});
  EXPECT_NE(much_smaller.data_ptr(), first) << "half is not";
  EXPECT_EQ(PlaceOf(kLarge), first);
}

TEST_F(ReusedMemoryTest, TensorsThatLiveKeepTheirNumbers) {
  const ReusedMemory memory;
  torch::Tensor kept;
  {
    const ReusedMemory nested;
    kept = torch::full({kLarge}, 3.0F);
  }
  for (int i = 0; i < 4; ++i) torch::zeros({kLarge});
  EXPECT_EQ(kept.min().item<float>(), 3.0F);
  EXPECT_EQ(kept.max().item<float>(), 3.0F);
}

TEST_F(ReusedMemoryTest, TensorsOutliveItAndTheirThread) {
  torch::Tensor result;
  std::thread([&] {
    const ReusedMemory memory;
    PlaceOf(kLarge);
    result = torch::arange(kLarge, torch::kFloat32);
  }).join();
  EXPECT_EQ(result[kLarge - 1].item<float>(), static_cast<float>(kLarge - 1));
  const torch::Tensor more = torch::zeros({kLarge});
  EXPECT_EQ(result[1].item<float>(), 1.0F);
  result = torch::Tensor();
  EXPECT_EQ(torch::zeros({kLarge}).sum().item<float>(), 0.0F);
}

TEST_F(ReusedMemoryTest, EmptyTensorsAndCopies) {
  const ReusedMemory memory;
  EXPECT_EQ(torch::empty({0}).numel(), 0);
  const torch::Tensor numbers = torch::arange(kLarge, torch::kFloat32);
  EXPECT_TRUE(torch::equal(numbers.clone(), numbers));
  torch::Tensor grown = torch::arange(3, torch::kFloat32);
  grown.resize_({kLarge});  // copies what is there
  EXPECT_EQ(grown[2].item<float>(), 2.0F);
}

}  // namespace
}  // namespace facedeblur
