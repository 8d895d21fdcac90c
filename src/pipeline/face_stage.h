#pragma once

#include <cstddef>
#include <functional>

#include "facedeblur/pipeline/batch_runner.h"
#include "pipeline/image_job.h"

namespace facedeblur {

/// What a batch does with the faces of its images.
class FaceStage {
 public:
  /// All of these must outlive it.
  FaceStage(const BatchModels& models, const BatchOptions& options)
      : models_(models), options_(options) {}

  /// Fills job->faces. Waits for the models and throws what went wrong with them.
  void Find(ImageJob* job) const;

  /// Restores one of job->faces; several of a job may be in work at the same time. A failure is
  /// kept in job->attempts for Blend(). `parallel` spreads the work on one face.
  void Restore(ImageJob* job, std::size_t index, const ParallelFor& parallel) const;

  /// Restores faces of one blur once more together, puts the restored faces into the image and into
  /// the record, and restores the rest of the image where that is wanted. Throws Error(kInput) when
  /// one of them could not be restored.
  void Blend(ImageJob* job, const ParallelFor& parallel) const;

 private:
  /// Restores a face, and once more where it then shows its landmarks elsewhere.
  void RestoreWell(const cv::Mat& pixels, const ParallelFor& parallel, FaceTask* face) const;

  /// Restores the faces that agree on a blur once more: of a shaken hand they know more together.
  void RestoreTogether(ImageJob* job, const ParallelFor& parallel) const;

  /// Runs `restore`, which restores the face, and measures it.
  void Attempt(const std::function<void()>& restore, FaceTask* face, FaceAttempt* attempt) const;

  const BatchModels& models_;
  const BatchOptions& options_;
};

}  // namespace facedeblur
