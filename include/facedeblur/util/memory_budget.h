#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>

namespace facedeblur {

/// Shares a number of bytes among pieces of work that each need some of them, without blocking a
/// thread.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::int64_t bytes) : free_(bytes), total_(bytes) {}

  /// Calls `then` when `bytes` are free: now, or from within a later Release(). Those who wait are
  /// served in the order they came. A request for more than there is in all is granted once nobody
  /// holds anything.
  void Acquire(std::int64_t bytes, std::function<void()> then);

  /// Gives back what an Acquire() was granted.
  void Release(std::int64_t bytes);

 private:
  struct Request {
    std::int64_t bytes;
    std::function<void()> then;
  };
  void Serve();

  std::mutex mutex_;
  std::int64_t free_;
  const std::int64_t total_;
  std::deque<Request> waiting_;
};

}  // namespace facedeblur
