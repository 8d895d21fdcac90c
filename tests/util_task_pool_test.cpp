#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <vector>

#include "facedeblur/util/task_pool.h"

namespace facedeblur {
namespace {

TEST(TaskPool, RunsEverythingIncludingWhatTasksSubmit) {
  std::atomic<int> runs{0};
  TaskPool pool(3);
  std::function<void(int)> spawn = [&](int depth) {
    ++runs;
    if (depth == 0) return;
    pool.Submit(0, [&spawn, depth] { spawn(depth - 1); });
    pool.Submit(0, [&spawn, depth] { spawn(depth - 1); });
  };
  pool.Submit(0, [&] { spawn(9); });
  pool.Join();
  EXPECT_EQ(runs.load(), (1 << 10) - 1);
}

TEST(TaskPool, HigherPriorityFirstThenFirstCome) {
  std::vector<int> order;
  std::promise<void> gate;
  TaskPool pool(1);
  pool.Submit(9, [&] { gate.get_future().wait(); });
  for (const int priority : {0, 2, 1, 2, 0}) {
    pool.Submit(priority, [&order, priority] { order.push_back(priority); });
  }
  gate.set_value();
  pool.Join();
  EXPECT_EQ(order, (std::vector<int>{2, 2, 1, 0, 0}));
}

TEST(TaskPool, EqualPrioritiesKeepTheirOrder) {
  std::vector<int> order;
  std::promise<void> gate;
  TaskPool pool(1);
  pool.Submit(0, [&] { gate.get_future().wait(); });
  for (int i = 0; i < 50; ++i) pool.Submit(0, [&order, i] { order.push_back(i); });
  gate.set_value();
  pool.Join();
  for (int i = 0; i < 50; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(TaskPool, CallsOnStartInEveryThread) {
  std::atomic<int> starts{0};
  TaskPool pool(4, [&] { ++starts; });
  pool.Join();
  EXPECT_EQ(starts.load(), 4);
}

}  // namespace
}  // namespace facedeblur
