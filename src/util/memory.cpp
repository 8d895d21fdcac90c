#include "facedeblur/util/memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <utility>

namespace facedeblur {

std::int64_t UsableMemory() {
  std::int64_t bytes = std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGE_SIZE);
  for (const char* file :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::ifstream stream(file);
    std::int64_t limit = 0;
    if (stream >> limit && limit > 0) bytes = std::min(bytes, limit);  // "max" is no number
  }
  return bytes;
}

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
