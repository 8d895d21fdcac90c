#pragma once

#include <cstdint>
#include <future>
#include <queue>
#include <vector>

#include "facedeblur/dataset/training_pair.h"
#include "facedeblur/util/task_pool.h"

namespace facedeblur {

/// Draws batches ahead of their use on threads of its own. Batch b holds the pairs b*size to
/// (b+1)*size - 1, whatever the number of threads.
class BatchLoader {
 public:
  BatchLoader(const FaceSet& faces, const PairOptions& options, std::uint64_t seed,
              std::size_t batch_size, std::uint64_t first_batch, std::size_t threads);

  /// The next batch, in order. Throws what drawing it threw.
  std::vector<TrainingPair> Next();

 private:
  using Batch = std::vector<TrainingPair>;

  void RequestNext();
  Batch Draw(std::uint64_t index) const;

  const FaceSet& faces_;
  PairOptions options_;
  std::uint64_t seed_;
  std::size_t batch_size_;
  std::uint64_t next_requested_;
  std::queue<std::future<Batch>> requested_;
  TaskPool pool_;
};

}  // namespace facedeblur
