#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "facedeblur/util/random.h"

namespace facedeblur {
namespace {

TEST(Random, IsSplitMix64) {
  // The reference implementation's first outputs for seed 1234567.
  Random random(1234567);
  EXPECT_EQ(random.Bits(), 6457827717110365317ULL);
  EXPECT_EQ(random.Bits(), 3203168211198807973ULL);
  EXPECT_EQ(random.Bits(), 9817491932198370423ULL);
}

TEST(Random, UniformAndNormalHaveTheirMoments) {
  Random random(1);
  constexpr int kDraws = 20000;
  double uniform = 0;
  double normal = 0;
  double square = 0;
  for (int i = 0; i < kDraws; ++i) {
    uniform += random.Uniform(2, 4) / kDraws;
    const double n = random.Normal();
    normal += n / kDraws;
    square += n * n / kDraws;
  }
  EXPECT_NEAR(uniform, 3, 0.02);
  EXPECT_NEAR(normal, 0, 0.03);
  EXPECT_NEAR(square, 1, 0.05);
}

TEST(Random, IntegersReachBothEnds) {
  Random random(2);
  std::set<int> seen;
  for (int i = 0; i < 200; ++i) seen.insert(random.Integer(-1, 3));
  EXPECT_EQ(seen, (std::set<int>{-1, 0, 1, 2, 3}));
}

TEST(Random, IndexedGeneratorsDiffer) {
  std::set<std::uint64_t> first;
  for (std::uint64_t i = 0; i < 1000; ++i) first.insert(Random(7, i).Bits());
  EXPECT_EQ(first.size(), 1000U);
  EXPECT_EQ(Random(7, 5).Bits(), Random(7, 5).Bits());
  EXPECT_NE(Random(7, 5).Bits(), Random(8, 5).Bits());
}

}  // namespace
}  // namespace facedeblur
