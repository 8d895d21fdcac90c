#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "facedeblur/image/image.h"
#include "facedeblur/image/probe.h"
#include "facedeblur/pipeline/batch_report.h"
#include "facedeblur/pipeline/image_processor.h"
#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// How restoring one face went.
struct FaceAttempt {
  double seconds = 0;
  std::exception_ptr error;  ///< null: it went well
  FaceRecord record;         ///< where faces are measured
};

/// An image on its way from file to file. One thread at a time owns it; only while its faces are
/// restored do several work on it, each on its own face.
struct ImageJob {
  ImageRecord record;
  std::filesystem::path relative;  ///< as PlannedImage::relative
  Bytes source;                    ///< the input file's bytes
  ImageHeader header;              ///< what they begin with
  Image image;
  std::vector<FaceTask> faces;
  std::vector<FaceAttempt> attempts;  ///< one for each of `faces`
  std::atomic<std::size_t> faces_left{0};
  bool written = false;     ///< the output is there: what fails from now on is a by-product
  std::int64_t memory = 0;  ///< bytes held of the budget
};

/// Adds the time until it is destroyed to a stage.
class StageTimer {
 public:
  explicit StageTimer(double* seconds) : seconds_(seconds) {}
  ~StageTimer() {
    const auto end = std::chrono::steady_clock::now();
    *seconds_ += std::chrono::duration<double>(end - begin_).count();
  }
  StageTimer(const StageTimer&) = delete;
  StageTimer& operator=(const StageTimer&) = delete;

 private:
  double* seconds_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace facedeblur
