#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <stdexcept>
#include <string>
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

TEST(TaskPool, ForEachDoesEverythingOnceFromManyTasks) {
  std::atomic<int> calls[3][100] = {};
  {
    TaskPool pool(3);
    for (auto& row : calls) {
      pool.Submit(0, [&pool, &row] { pool.ForEach(1, 100, [&row](std::size_t i) { ++row[i]; }); });
    }
    pool.Join();
  }
  for (const auto& row : calls) {
    for (const auto& count : row) EXPECT_EQ(count, 1);
  }
}

TEST(TaskPool, ForEachThrowsWhatFailedAndDoesTheRest) {
  std::atomic<int> done{0};
  std::string message;
  TaskPool pool(2);
  pool.Submit(0, [&] {
    try {
      pool.ForEach(1, 10, [&](std::size_t i) {
        if (i == 4) throw std::runtime_error("four");
        ++done;
      });
    } catch (const std::exception& error) {
      message = error.what();
    }
  });
  pool.Join();
  EXPECT_EQ(done, 9);
  EXPECT_EQ(message, "four");
}

}  // namespace
}  // namespace facedeblur
