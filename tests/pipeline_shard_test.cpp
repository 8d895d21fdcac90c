#include <gtest/gtest.h>

#include <vector>

#include "facedeblur/pipeline/shard.h"
#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

TEST(Shard, EveryImageIsInExactlyOnePartAndPartsAreEven) {
  constexpr int kParts = 7;
  std::vector<int> sizes(kParts);
  for (int i = 0; i < 7000; ++i) {
    const std::string name = "folder/IMG_" + std::to_string(i) + ".jpg";
    int holders = 0;
    for (int k = 1; k <= kParts; ++k) {
      if (!Shard{k, kParts}.Holds(name)) continue;
      ++holders;
      ++sizes[static_cast<std::size_t>(k - 1)];
    }
    EXPECT_EQ(holders, 1) << name;
  }
  for (const int size : sizes) EXPECT_NEAR(size, 1000, 150);
}

TEST(Shard, TheHashNeverChanges) {
  // Outputs of machines with different versions must fit together: these values are for ever.
  EXPECT_EQ(StableHash(""), 0xF52A15E9A9B5E89BULL);
  EXPECT_EQ(StableHash("a/b.jpg"), 0x0971E0EF90A76A5DULL);
}

TEST(Shard, ParsesOnlyWhatMakesSense) {
  EXPECT_EQ(ParseShard("2/5").index, 2);
  EXPECT_EQ(ParseShard("2/5").count, 5);
  for (const char* text : {"", "1", "0/5", "6/5", "1/0", "-1/5", "1/5x", "a/b", "1/5/7"}) {
    EXPECT_THROW(ParseShard(text), Error) << text;
  }
}

}  // namespace
}  // namespace facedeblur
