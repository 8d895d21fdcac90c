#pragma once

#include <chrono>
#include <cstddef>

#include "facedeblur/pipeline/batch_report.h"

namespace facedeblur {

/// Shows how a batch goes: a bar on a terminal, else a line for each image. Failures and warnings
/// are always lines. Calls must come one at a time.
class BatchProgress {
 public:
  explicit BatchProgress(std::size_t total);
  ~BatchProgress();
  BatchProgress(const BatchProgress&) = delete;
  BatchProgress& operator=(const BatchProgress&) = delete;

  void OnRecord(const ImageRecord& record);
  /// Seconds since construction.
  double Elapsed() const;

 private:
  void DrawBar() const;

  std::size_t total_;
  std::size_t done_ = 0;
  int faces_ = 0;
  int failed_ = 0;
  bool bar_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace facedeblur
