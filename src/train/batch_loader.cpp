#include "train/batch_loader.h"

#include <utility>

namespace facedeblur {
namespace {

constexpr int kAhead = 4;  // batches drawn before they are asked for

}  // namespace

BatchLoader::BatchLoader(const FaceSet& faces, const PairOptions& options, std::uint64_t seed,
                         std::size_t batch_size, std::uint64_t first_batch, std::size_t threads)
    : faces_(faces),
      options_(options),
      seed_(seed),
      batch_size_(batch_size),
      next_requested_(first_batch),
      pool_(threads) {
  for (int i = 0; i < kAhead; ++i) RequestNext();
}

void BatchLoader::RequestNext() {
  const std::uint64_t index = next_requested_++;
  requested_.push(pool_.Async(0, [this, index] { return Draw(index); }));
}

BatchLoader::Batch BatchLoader::Draw(std::uint64_t index) const {
  Batch pairs;
  for (std::size_t i = 0; i < batch_size_; ++i) {
    pairs.push_back(DrawPair(faces_, options_, seed_, index * batch_size_ + i));
  }
  return pairs;
}

std::vector<TrainingPair> BatchLoader::Next() {
  std::future<Batch> batch = std::move(requested_.front());
  requested_.pop();
  RequestNext();
  return batch.get();
}

}  // namespace facedeblur
