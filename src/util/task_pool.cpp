#include "facedeblur/util/task_pool.h"

#include <algorithm>
#include <utility>

namespace facedeblur {

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
