#include <gtest/gtest.h>

#include <string>

#include "facedeblur/util/memory.h"

namespace facedeblur {
namespace {

TEST(MemoryBudget, ServesInOrderAsFarAsItReaches) {
  MemoryBudget budget(10);
  std::string served;
  budget.Acquire(6, [&] { served += 'a'; });
  budget.Acquire(6, [&] { served += 'b'; });
  budget.Acquire(1, [&] { served += 'c'; });  // would fit, but b was first
  EXPECT_EQ(served, "a");
  budget.Release(6);
  EXPECT_EQ(served, "abc");
}

TEST(MemoryBudget, WhatIsLargerThanAllOfItRunsAlone) {
  MemoryBudget budget(10);
  std::string served;
  budget.Acquire(2, [&] { served += 'a'; });
  budget.Acquire(50, [&] { served += 'b'; });
  budget.Acquire(2, [&] { served += 'c'; });
  EXPECT_EQ(served, "a");
  budget.Release(2);
  EXPECT_EQ(served, "ab");
  budget.Release(50);
  EXPECT_EQ(served, "abc");
}

TEST(UsableMemory, IsSomeMegabytesAtLeast) { EXPECT_GT(UsableMemory(), 64 << 20); }

}  // namespace
}  // namespace facedeblur
