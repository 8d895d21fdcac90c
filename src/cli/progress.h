#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "cli/failure_list.h"
#include "cli/logging.h"
#include "facedeblur/pipeline/batch_report.h"
#include "facedeblur/pipeline/input_plan.h"

namespace facedeblur {

/// How far a batch is.
struct ProgressCounts {
  std::size_t total = 0;
  std::size_t done = 0;     ///< with those that were skipped or have failed
  std::size_t skipped = 0;  ///< because their outputs were there: they took no time
  int faces = 0;
  int failed = 0;
};

/// "12/400 photos, 15 faces, 1 failed, 2.31 photos/s, 3 min left", `seconds` after the beginning.
/// Speed and time left are told once a photo is done that was not skipped.
std::string DescribeProgress(const ProgressCounts& counts, double seconds);

/// Shows how a batch goes. On a terminal that is a bar, unless only errors are wanted; else a line
/// for each image, and in large batches one at each tenth with the speed and the time left.
/// Failures and warnings are always lines. Calls must come one at a time.
class BatchProgress {
 public:
  BatchProgress(std::size_t total, Verbosity verbosity);
  ~BatchProgress();
  BatchProgress(const BatchProgress&) = delete;
  BatchProgress& operator=(const BatchProgress&) = delete;

  /// An input that failed before the batch began.
  void OnProblem(const PlanProblem& problem);
  void OnRecord(const ImageRecord& record);
  const FailureList& failures() const { return failures_; }
  /// Seconds since construction.
  double Elapsed() const;

 private:
  void DrawBar() const;
  bool AtATenth() const;

  ProgressCounts counts_;
  FailureList failures_;
  bool bar_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace facedeblur
