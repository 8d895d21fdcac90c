#include "facedeblur/util/task_pool.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <utility>

namespace facedeblur {
namespace {

/// What the threads of one ForEach() share. A thread that comes late finds nothing to claim, and
/// must not touch `task`, which is gone by then.
class SharedLoop {
 public:
  SharedLoop(std::size_t count, const std::function<void(std::size_t)>& task)
      : count_(count), task_(task) {}

  void Work() {
    for (std::size_t i = next_.fetch_add(1); i < count_; i = next_.fetch_add(1)) {
      std::exception_ptr failure;
      try {
        task_(i);
      } catch (...) {
        failure = std::current_exception();
      }
      const std::lock_guard<std::mutex> lock(mutex_);
      if (failure && !failure_) failure_ = failure;
      if (++done_ == count_) all_done_.notify_all();
    }
  }

  void Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    all_done_.wait(lock, [this] { return done_ == count_; });
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  const std::size_t count_;
  const std::function<void(std::size_t)>& task_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::condition_variable all_done_;
  std::size_t done_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

void RunInOrder(std::size_t count, const std::function<void(std::size_t)>& task) {
  for (std::size_t i = 0; i < count; ++i) task(i);
}

void TaskPool::ForEach(int priority, std::size_t count,
                       const std::function<void(std::size_t)>& task) {
  const auto loop = std::make_shared<SharedLoop>(count, task);
  const std::size_t threads = std::min(count, threads_.size());
  for (std::size_t i = 1; i < threads; ++i) Submit(priority, [loop] { loop->Work(); });
  loop->Work();
  loop->Wait();
}

TaskPool::TaskPool(std::size_t threads, const Task& on_start) {
  threads_.reserve(std::max<std::size_t>(threads, 1));
  try {
    for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) {
      threads_.emplace_back([this, on_start] { Work(on_start); });
    }
  } catch (...) {  // no more threads to be had: those that run must end before this object does
    Join();
    throw;
  }
}

TaskPool::~TaskPool() { Join(); }

void TaskPool::Join() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void TaskPool::Submit(int priority, Task task) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_.push({priority, submitted_++, std::move(task)});
  }
  changed_.notify_one();
}

void TaskPool::Work(const Task& on_start) {
  if (on_start) on_start();
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    // A running task may still submit more, so an empty queue alone does not end the pool.
    changed_.wait(lock, [this] { return !waiting_.empty() || (closing_ && running_ == 0); });
    if (waiting_.empty()) return;
    Task task = waiting_.top().task;
    waiting_.pop();
    ++running_;
    lock.unlock();
    task();
    task = nullptr;  // what the task holds must be gone before it counts as done
    lock.lock();
    --running_;
    if (closing_ && running_ == 0 && waiting_.empty()) changed_.notify_all();
  }
}

}  // namespace facedeblur
