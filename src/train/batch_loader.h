#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
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

  /// The next batch, in order.
  std::vector<TrainingPair> Next();

 private:
  void Request(std::uint64_t batch);

  const FaceSet& faces_;
  PairOptions options_;
  std::uint64_t seed_;
  std::size_t batch_size_;
  std::uint64_t next_;
  std::mutex mutex_;
  std::condition_variable ready_changed_;
  std::map<std::uint64_t, std::vector<TrainingPair>> ready_;
  std::exception_ptr failure_;
  TaskPool pool_;
};

}  // namespace facedeblur
