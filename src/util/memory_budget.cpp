#include "facedeblur/util/memory_budget.h"

#include <utility>

namespace facedeblur {

void MemoryBudget::Acquire(std::int64_t bytes, std::function<void()> then) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_.push_back({bytes, std::move(then)});
  }
  Serve();
}

void MemoryBudget::Release(std::int64_t bytes) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    free_ += bytes;
  }
  Serve();
}

void MemoryBudget::Serve() {
  while (true) {
    std::function<void()> then;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (waiting_.empty()) return;
      const std::int64_t wanted = waiting_.front().bytes;
      if (wanted > free_ && free_ < total_) return;
      free_ -= wanted;
      then = std::move(waiting_.front().then);
      waiting_.pop_front();
    }
    then();
  }
}

}  // namespace facedeblur
