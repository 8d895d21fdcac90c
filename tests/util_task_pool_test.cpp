#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
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

TEST(TaskPool, ForEachThrowsTheFailureAndStartsNoMore) {
  int done = 0;
  std::string message;
  TaskPool pool(1);
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
  EXPECT_EQ(done, 4);
  EXPECT_EQ(message, "four");
}

TEST(TaskPool, AsyncGivesTheResult) {
  TaskPool pool(2);
  std::future<std::string> text = pool.Async(0, [] { return std::string("done"); });
  std::future<void> nothing = pool.Async(1, [] {});
  EXPECT_EQ(text.get(), "done");
  EXPECT_NO_THROW(nothing.get());
}

TEST(TaskPool, AsyncGivesTheFailureToWhoeverAsks) {
  TaskPool pool(1);
  std::future<int> failed = pool.Async(0, []() -> int { throw std::runtime_error("no number"); });
  pool.Async(0, [] { throw std::runtime_error("nobody asks for this one"); });
  EXPECT_EQ(pool.Async(0, [] { return 3; }).get(), 3) << "the thread goes on";
  EXPECT_THROW(failed.get(), std::runtime_error);
}

TEST(RunParallel, DoesEverythingOnce) {
  for (const std::size_t threads : {0, 1, 3, 200}) {
    std::atomic<int> calls[100] = {};
    RunParallel(threads, 100, [&](std::size_t i) { ++calls[i]; });
    for (const auto& count : calls) EXPECT_EQ(count, 1) << threads << " threads";
  }
  RunParallel(2, 0, [](std::size_t) { FAIL() << "there is nothing to do"; });
}

TEST(RunParallel, UsesAsManyThreadsAsAsked) {
  // Each task waits for all of them: with fewer threads this would never end.
  constexpr int kThreads = 4;
  std::atomic<int> here{0};
  RunParallel(kThreads, kThreads, [&](std::size_t) {
    ++here;
    while (here < kThreads) std::this_thread::yield();
  });
  EXPECT_EQ(here, kThreads);
}

TEST(RunParallel, ThrowsTheFirstFailureAndStartsNoMore) {
  std::vector<std::size_t> started;
  try {
    RunParallel(1, 10, [&](std::size_t i) {
      started.push_back(i);
      if (i >= 3) throw std::runtime_error("task " + std::to_string(i));
    });
    FAIL() << "the failure is lost";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "task 3");
  }
  EXPECT_EQ(started, (std::vector<std::size_t>{0, 1, 2, 3}));
}

}  // namespace
}  // namespace facedeblur
