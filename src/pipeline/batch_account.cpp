#include "pipeline/batch_account.h"

#include <utility>

namespace facedeblur {

void BatchAccount::Add(const ImageRecord& record) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (failure_) return;
  report_.Add(record);
  unreachable_in_a_row_ = record.unreachable ? unreachable_in_a_row_ + 1 : 0;
  try {
    on_record_(record);
  } catch (...) {
    failure_ = std::current_exception();
  }
}

void BatchAccount::Fail(std::exception_ptr failure) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!failure_) failure_ = std::move(failure);
}

bool BatchAccount::failed() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return failure_ != nullptr;
}

bool BatchAccount::AllUnreachable() const {
  constexpr int kPatience = 20;
  const std::lock_guard<std::mutex> lock(mutex_);
  return unreachable_in_a_row_ >= kPatience;
}

BatchReport BatchAccount::Report() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
  return report_;
}

}  // namespace facedeblur
