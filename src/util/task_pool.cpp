#include "facedeblur/util/task_pool.h"

#include <algorithm>
#include <exception>

namespace facedeblur {
namespace {

/// A loop that several threads work on together.
class SharedLoop {
 public:
  /// `task` must outlive Wait(). A thread that comes later finds nothing left to do, and does not
  /// touch it.
  SharedLoop(std::size_t count, const std::function<void(std::size_t)>& task)
      : count_(count), task_(task) {}

  /// Takes one number after the other until none is left or one has failed.
  void Work() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (!failure_ && next_ < count_) {
      const std::size_t index = next_++;
      ++running_;
      lock.unlock();
      std::exception_ptr failure;
      try {
        task_(index);
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      --running_;
      if (failure && !failure_) failure_ = failure;
    }
    if (running_ == 0) ended_.notify_all();
  }

  /// After Work(): waits for the other threads and throws the first failure.
  void Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    ended_.wait(lock, [this] { return running_ == 0; });
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  const std::size_t count_;
  const std::function<void(std::size_t)>& task_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t next_ = 0;
  std::size_t running_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

std::size_t ThreadCount(int asked) {
  return asked > 0 ? static_cast<std::size_t>(asked)
                   : std::max(1U, std::thread::hardware_concurrency());
}

void RunInOrder(std::size_t count, const std::function<void(std::size_t)>& task) {
  for (std::size_t i = 0; i < count; ++i) task(i);
}

void RunParallel(std::size_t threads, std::size_t count,
                 const std::function<void(std::size_t)>& task) {
  SharedLoop loop(count, task);
  threads = std::min(std::max<std::size_t>(threads, 1), count);
  {
    TaskPool pool(threads);
    for (std::size_t i = 0; i < threads; ++i) pool.Submit(0, [&loop] { loop.Work(); });
  }
  loop.Wait();
}

void TaskPool::ForEach(int priority, std::size_t count,
                       const std::function<void(std::size_t)>& task) {
  const auto loop = std::make_shared<SharedLoop>(count, task);
  const std::size_t threads = std::min(count, threads_.size());
  for (std::size_t i = 1; i < threads; ++i) Submit(priority, [loop] { loop->Work(); });
  loop->Work();
  loop->Wait();
}

TaskPool::TaskPool(std::size_t threads) {
  threads = std::max<std::size_t>(threads, 1);
  threads_.reserve(threads);
  try {
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
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

void TaskPool::Work() {
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
