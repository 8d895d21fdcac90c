#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <queue>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace facedeblur {

/// `asked` where it is positive, or else one for each processor.
std::size_t ThreadCount(int asked);

/// Runs task(0) .. task(count - 1) in any order, some of them at the same time, and returns when
/// none is running any more. After the first failure no further one is started, and that failure is
/// thrown.
using ParallelFor =
    std::function<void(std::size_t count, const std::function<void(std::size_t)>& task)>;

/// The plainest ParallelFor: one after the other.
void RunInOrder(std::size_t count, const std::function<void(std::size_t)>& task);

/// A ParallelFor on `threads` threads (at least 1) of its own.
void RunParallel(std::size_t threads, std::size_t count,
                 const std::function<void(std::size_t)>& task);

/// A fixed set of threads that run tasks by priority: of the tasks waiting, the one with the
/// highest priority goes first, and among equals the one submitted first. Tasks may submit tasks.
class TaskPool {
 public:
  using Task = std::function<void()>;

  /// Starts `threads` (at least 1) threads.
  explicit TaskPool(std::size_t threads);
  /// As Join().
  ~TaskPool();
  TaskPool(const TaskPool&) = delete;
  TaskPool& operator=(const TaskPool&) = delete;

  /// For a task that deals with its own failures: an exception that escapes it ends the process.
  void Submit(int priority, Task task);

  /// For a task with a result: the future gives what `f` returns, or throws what it threw.
  template <typename F>
  std::future<std::invoke_result_t<F&>> Async(int priority, F f) {
    const auto task =
        std::make_shared<std::packaged_task<std::invoke_result_t<F&>()>>(std::move(f));
    auto result = task->get_future();
    Submit(priority, [task] { (*task)(); });
    return result;
  }

  /// A ParallelFor to be called inside a task of this pool. The calling thread takes part, and the
  /// others help as far as they are free, so that it always comes to an end.
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

  void Work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::priority_queue<Entry, std::vector<Entry>, Later> waiting_;
  std::uint64_t submitted_ = 0;
  std::size_t running_ = 0;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace facedeblur
