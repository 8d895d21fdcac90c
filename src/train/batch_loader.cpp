#include "train/batch_loader.h"

#include <utility>

namespace facedeblur {
namespace {

constexpr std::uint64_t kAhead = 4;  // batches drawn before they are asked for

}  // namespace

BatchLoader::BatchLoader(const FaceSet& faces, const PairOptions& options, std::uint64_t seed,
                         std::size_t batch_size, std::uint64_t first_batch, std::size_t threads)
    : faces_(faces),
      options_(options),
      seed_(seed),
      batch_size_(batch_size),
      next_(first_batch),
      pool_(threads) {
  for (std::uint64_t b = 0; b < kAhead; ++b) Request(next_ + b);
}

void BatchLoader::Request(std::uint64_t batch) {
  pool_.Submit(0, [this, batch] {
    std::vector<TrainingPair> pairs;
    std::exception_ptr failure;
    try {
      for (std::size_t i = 0; i < batch_size_; ++i) {
        pairs.push_back(DrawPair(faces_, options_, seed_, batch * batch_size_ + i));
      }
    } catch (...) {
      failure = std::current_exception();  // Next() throws it where it can be caught
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    if (failure) failure_ = failure;
    ready_[batch] = std::move(pairs);
    ready_changed_.notify_all();
  });
}

std::vector<TrainingPair> BatchLoader::Next() {
  std::unique_lock<std::mutex> lock(mutex_);
  ready_changed_.wait(lock, [this] { return ready_.count(next_) > 0; });
  if (failure_) std::rethrow_exception(failure_);
  std::vector<TrainingPair> pairs = std::move(ready_[next_]);
  ready_.erase(next_);
  Request(next_ + kAhead);
  ++next_;
  return pairs;
}

}  // namespace facedeblur
