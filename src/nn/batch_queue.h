#pragma once

#include <ATen/core/Tensor.h>

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <list>
#include <mutex>
#include <utility>
#include <vector>

namespace facedeblur {

/// Makes batches of what several threads want from a device at the same time: whatever was asked
/// for while `run` was at work goes through it together next. Nobody waits for a batch to fill up.
class BatchQueue {
 public:
  /// Nx... -> tensors whose first dimension is N too. It must return no sooner than its results are
  /// there: rows gather only while it is at work, and a function that merely hands its work to a
  /// device would get them one by one.
  using Function = std::function<std::vector<at::Tensor>(const at::Tensor& stack)>;

  /// `run` is called by one thread at a time, with at most `most` rows.
  BatchQueue(Function run, std::size_t most) : run_(std::move(run)), most_(most) {}

  /// The function's results for one row (1x...), as rows of their own; called from several threads.
  /// Rows of different shapes are never stacked. Throws what the function throws for this row
  /// alone: a stack that fails, for want of memory say, is run again row by row.
  std::vector<at::Tensor> Run(const at::Tensor& row);

  /// Rows that no batch has taken yet.
  std::size_t waiting() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return waiting_.size();
  }

 private:
  struct Request {
    at::Tensor row;
    std::vector<at::Tensor> results;  // parts of the batch's
    std::exception_ptr error;
    bool done = false;
  };
  using Batch = std::list<Request*>;  // taken and served without allocations, which can fail

  Batch TakeBatch() noexcept;
  void Serve(const Batch& batch) const noexcept;
  void ServeTogether(const Batch& batch) const;
  void ServeAlone(Request* request) const noexcept;

  Function run_;
  std::size_t most_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Request*> waiting_;
  bool busy_ = false;
};

}  // namespace facedeblur
