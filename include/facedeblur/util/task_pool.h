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

/// Runs task(0) .. task(count - 1), in any order, maybe at the same time, and returns when all have
/// ended. Throws what the first of them to fail threw.
using ParallelFor =
    std::function<void(std::size_t count, const std::function<void(std::size_t)>& task)>;

/// The plainest ParallelFor: one after the other.
void RunInOrder(std::size_t count, const std::function<void(std::size_t)>& task);

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

  /// A ParallelFor for the use of a task of this pool: its own thread takes part, and others as far
  /// as they are free, so that it ends whatever they do.
  void ForEach(int priority, std::size_t count, const std::function<void(std::size_t)>& task);

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
