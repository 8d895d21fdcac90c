#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <queue>
#include <thread>
#include <vector>

namespace facedeblur {

/// A fixed set of threads that run tasks by priority: of the tasks waiting, the one with the
/// highest priority goes first, and among equals the one submitted first. Tasks may submit tasks.
/// A task must not throw (an exception that escapes one ends the process).
class TaskPool {
 public:
  using Task = std::function<void()>;

  /// Starts `threads` (at least 1) threads; each calls `on_start` once before its first task.
  explicit TaskPool(std::size_t threads, const Task& on_start = {});
  /// As Join().
  ~TaskPool();
  TaskPool(const TaskPool&) = delete;
  TaskPool& operator=(const TaskPool&) = delete;

  void Submit(int priority, Task task);

  /// Runs everything submitted so far, and what that submits, then ends the threads.
  void Join();

 private:
  struct Entry {
    int priority;
    std::uint64_t sequence;
    Task task;
  };
  struct Later {
    bool operator()(const Entry& a, const Entry& b) const {
      return a.priority != b.priority ? a.priority < b.priority : a.sequence > b.sequence;
    }
  };

  void Work(const Task& on_start);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::priority_queue<Entry, std::vector<Entry>, Later> waiting_;
  std::uint64_t submitted_ = 0;
  std::size_t running_ = 0;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace facedeblur
