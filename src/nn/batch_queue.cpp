#include "nn/batch_queue.h"

#include <ATen/ops/cat.h>

namespace facedeblur {

std::vector<at::Tensor> BatchQueue::Run(const at::Tensor& row) {
  Request request;
  request.row = row;
  std::unique_lock<std::mutex> lock(mutex_);
  waiting_.push_back(&request);
  while (!request.done) {
    if (busy_) {
      changed_.wait(lock);
      continue;
    }
    busy_ = true;
    const Batch batch = TakeBatch();  // perhaps without this thread's own row
    lock.unlock();
    Serve(batch);
    lock.lock();
    for (Request* const served : batch) served->done = true;
    busy_ = false;
    changed_.notify_all();
  }
  lock.unlock();
  if (request.error) std::rethrow_exception(request.error);
  // A part would keep the whole batch in memory. Copied here, by every thread for itself.
  for (at::Tensor& result : request.results) result = result.clone();
  return request.results;
}

/// The longest waiting row and those of its shape, in the order in which they came.
BatchQueue::Batch BatchQueue::TakeBatch() noexcept {
  Batch batch;
  const auto shape = waiting_.front()->row.sizes();
  for (auto next = waiting_.begin(); next != waiting_.end() && batch.size() < most_;) {
    const auto request = next++;
    if ((*request)->row.sizes() == shape) batch.splice(batch.end(), waiting_, request);
  }
  return batch;
}

void BatchQueue::Serve(const Batch& batch) const noexcept {
  if (batch.size() > 1) {
    try {
      ServeTogether(batch);
      return;
    } catch (...) {  // whose fault it was shows when each runs alone
      for (Request* const request : batch) request->results.clear();
    }
  }
  for (Request* const request : batch) ServeAlone(request);
}

void BatchQueue::ServeTogether(const Batch& batch) const {
  std::vector<at::Tensor> rows;
  rows.reserve(batch.size());
  for (const Request* const request : batch) rows.push_back(request->row);
  const std::vector<at::Tensor> results = run_(at::cat(rows));
  std::int64_t row = 0;
  for (Request* const request : batch) {
    for (const at::Tensor& result : results) {
      request->results.push_back(result.narrow(0, row, 1));
    }
    ++row;
  }
}

void BatchQueue::ServeAlone(Request* request) const noexcept {
  try {
    request->results = run_(request->row);
  } catch (...) {
    request->error = std::current_exception();
  }
}

}  // namespace facedeblur
