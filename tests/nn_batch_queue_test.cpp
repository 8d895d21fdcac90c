#include <gtest/gtest.h>
#include <torch/types.h>

#include <future>
#include <thread>
#include <vector>

#include "nn/batch_queue.h"

namespace facedeblur {
namespace {

at::Tensor Row(double value, std::int64_t size = 4) { return at::full({1, size}, value); }

double Doubled(BatchQueue* queue, double value, std::int64_t size = 4) {
  const std::vector<at::Tensor> results = queue->Run(Row(value, size));
  EXPECT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0].sizes(), at::IntArrayRef({1, size}));
  EXPECT_EQ(results[1].sizes(), at::IntArrayRef({1}));
  EXPECT_EQ(results[1].item<double>(), value * static_cast<double>(size));
  return results[0][0][0].item<double>();
}

std::vector<at::Tensor> Double(const at::Tensor& stack) { return {2 * stack, stack.sum(1)}; }

TEST(BatchQueue, EveryThreadGetsItsOwn) {
  BatchQueue queue(Double, 3);
  std::vector<std::future<int>> wrong;
  for (int thread = 0; thread < 4; ++thread) {
    wrong.push_back(std::async(std::launch::async, [&queue, thread] {
      int count = 0;
      for (int i = 0; i < 200; ++i) {
        const double value = 1000 * thread + i;
        if (Doubled(&queue, value, 4 + i % 2) != 2 * value) ++count;
      }
      return count;
    }));
  }
  for (auto& count : wrong) EXPECT_EQ(count.get(), 0);
}

/// A function that holds its first call until it is let go, and notes what it was given.
class HeldFunction {
 public:
  std::vector<at::Tensor> operator()(const at::Tensor& stack) {
    rows_.push_back(stack.size(0));
    if (rows_.size() == 1) {
      begun_.set_value();
      go_.get_future().wait();
    }
    return Double(stack);
  }
  void AwaitBegin() { begun_.get_future().wait(); }
  void LetGo() { go_.set_value(); }
  const std::vector<std::int64_t>& rows() const { return rows_; }

 private:
  std::promise<void> begun_;
  std::promise<void> go_;
  std::vector<std::int64_t> rows_;
};

void AwaitRows(const BatchQueue& queue, std::size_t count) {
  while (queue.waiting() < count) std::this_thread::yield();
}

TEST(BatchQueue, WhatCameMeanwhileGoesTogether) {
  HeldFunction function;
  BatchQueue queue(std::ref(function), 3);
  std::vector<std::future<double>> results;
  const auto ask = [&](double value, std::int64_t size) {
    results.push_back(std::async(std::launch::async,
                                 [&queue, value, size] { return Doubled(&queue, value, size); }));
  };
  ask(0, 4);
  function.AwaitBegin();
  for (int i = 1; i <= 4; ++i) ask(i, 4);
  AwaitRows(queue, 4);
  ask(5, 6);
  AwaitRows(queue, 5);
  function.LetGo();
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i].get(), 2 * static_cast<double>(i));
  }
  EXPECT_EQ(function.rows().size(), 4U);  // the first; three; the fourth; the one of another shape
  EXPECT_EQ(function.rows()[1], 3);
  EXPECT_EQ(function.rows()[2] + function.rows()[3], 2);
}

TEST(BatchQueue, ResultsDoNotKeepTheirBatchInMemory) {
  HeldFunction function;
  BatchQueue queue(std::ref(function), 3);
  const auto ask = [&] {
    return std::async(std::launch::async, [&queue] { return queue.Run(Row(1))[0]; });
  };
  auto first = ask();
  function.AwaitBegin();
  auto second = ask();
  auto third = ask();
  AwaitRows(queue, 2);
  function.LetGo();
  for (auto* result : {&first, &second, &third}) {
    const at::Tensor row = result->get();
    EXPECT_EQ(row.storage().nbytes(), row.nbytes());
  }
  EXPECT_EQ(function.rows().back(), 2) << "they were to share a batch";
}

TEST(BatchQueue, OneThatFailsFailsAlone) {
  HeldFunction held;
  const auto function = [&held](const at::Tensor& stack) {
    if ((stack < 0).any().item<bool>()) throw std::runtime_error("negative");
    return held(stack);
  };
  BatchQueue queue(function, 8);
  auto first = std::async(std::launch::async, [&] { return Doubled(&queue, 1); });
  held.AwaitBegin();
  auto good = std::async(std::launch::async, [&] { return Doubled(&queue, 2); });
  auto bad = std::async(std::launch::async, [&] { return Doubled(&queue, -3); });
  AwaitRows(queue, 2);
  held.LetGo();
  EXPECT_EQ(first.get(), 2);
  EXPECT_EQ(good.get(), 4);
  EXPECT_THROW(bad.get(), std::runtime_error);
  EXPECT_EQ(Doubled(&queue, 5), 10);
}

}  // namespace
}  // namespace facedeblur
