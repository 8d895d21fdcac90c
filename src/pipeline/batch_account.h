#pragma once

#include <exception>
#include <mutex>

#include "facedeblur/pipeline/batch_runner.h"

namespace facedeblur {

/// Keeps the account of a batch: counts what has become of its images, tells the caller, and knows
/// when it is no use to go on. All of it may be called from any thread.
class BatchAccount {
 public:
  /// `on_record` must outlive it.
  explicit BatchAccount(const RecordCallback& on_record) : on_record_(on_record) {}

  /// Counts a finished image and calls `on_record`. What that throws fails the batch as a whole.
  /// After a failure no more records are told.
  void Add(const ImageRecord& record);

  /// The batch as a whole cannot go on. Only the first failure is kept.
  void Fail(std::exception_ptr failure);
  bool failed() const;

  /// A full disk, or an input folder that is gone: so many images in a row could not be read or
  /// written at all that a hundred thousand others would only fail too.
  bool AllUnreachable() const;

  /// The counts so far. Throws the failure of a batch that has failed.
  BatchReport Report() const;

 private:
  const RecordCallback& on_record_;
  mutable std::mutex mutex_;
  BatchReport report_;
  int unreachable_in_a_row_ = 0;
  std::exception_ptr failure_;
};

}  // namespace facedeblur
