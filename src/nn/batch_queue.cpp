#include "nn/batch_queue.h"

#include <ATen/ops/cat.h>

#include <utility>

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
    RunBatch(batch);
    lock.lock();
    for (Request* const served : batch) served->done = true;
    busy_ = false;
    changed_.notify_all();
  }
  if (request.error) std::rethrow_exception(request.error);
  return std::move(request.results);
}

/// The longest waiting row and those of its shape, in the order in which they came.
BatchQueue::Batch BatchQueue::TakeBatch() {
  Batch batch;
  std::deque<Request*> rest;
  const auto shape = waiting_.front()->row.sizes();
  for (Request* const request : waiting_) {
    if (batch.size() < most_ && request->row.sizes() == shape) {
      batch.push_back(request);
    } else {
      rest.push_back(request);
    }
  }
  waiting_ = std::move(rest);
  return batch;
}

void BatchQueue::RunBatch(const Batch& batch) const {
  try {
    std::vector<at::Tensor> rows;
    rows.reserve(batch.size());
    for (const Request* const request : batch) rows.push_back(request->row);
    const std::vector<at::Tensor> results = run_(rows.size() == 1 ? rows[0] : at::cat(rows));
    for (std::size_t i = 0; i < batch.size(); ++i) {
      for (const at::Tensor& result : results) {
        batch[i]->results.push_back(result.narrow(0, static_cast<std::int64_t>(i), 1));
      }
    }
  } catch (...) {
    if (batch.size() == 1) {
      batch[0]->error = std::current_exception();
      return;
    }
    for (Request* const request : batch) RunBatch({request});
  }
}

}  // namespace facedeblur
