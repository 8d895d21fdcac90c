#include "pipeline/face_stage.h"

#include <exception>
#include <functional>
#include <utility>
#include <vector>

#include "facedeblur/image/metrics.h"
#include "facedeblur/pipeline/shared_blur.h"
#include "facedeblur/restore/kernel_radius.h"
#include "facedeblur/util/error.h"
#include "pipeline/second_look.h"

namespace facedeblur {
namespace {

FaceRecord MeasureFace(const FaceTask& task) {
  FaceRecord record;
  record.box = task.face.box;
  record.probability = task.face.probability;
  record.score = task.face.score;
  record.turned = task.face.turned;
  record.landmarks = task.face.landmarks;
  record.chip_size = task.geometry.size;
  constexpr double kDenoise = 1.5;  // pixels; without it a noisy blurred face looks sharp
  record.blur_before = BlurEffect(task.before, kDenoise);
  record.blur_after = BlurEffect(task.after, kDenoise);
  record.confidence = task.confidence;
  record.kernel_radius = KernelRadius(task.blur.kernel) / task.blur.scale;
  const double samples = static_cast<double>(task.before.total()) * 3;
  record.change = 255 * cv::norm(task.after, task.before, cv::NORM_L1) / samples;
  return record;
}

/// What went wrong with a face becomes its image's failure. A failed device stays one: no other
/// face could be restored either.
[[noreturn]] void ThrowForImage(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    const auto* known = dynamic_cast<const Error*>(&error);
    if (known != nullptr && known->kind() == ErrorKind::kDevice) throw;
    throw Error(ErrorKind::kInput, "a face cannot be restored: " + DescribeException(error));
  }
}

}  // namespace

void FaceStage::Find(ImageJob* job) const {
  const FaceDetector* const detector = models_.detector.get();
  std::vector<DetectedFace> faces;
  {
    const StageTimer timer(&job->record.seconds.detect);
    faces = DetectFaces(job->image.pixels, detector, options_.process);
  }
  job->faces = PlaceFaces(job->image.pixels.size(), std::move(faces),
                          models_.restorer.get()->chip_template(), options_.process);
  job->attempts.assign(job->faces.size(), {});
  job->faces_left = job->faces.size();
}

void FaceStage::Restore(ImageJob* job, std::size_t index, const ParallelFor& parallel) const {
  FaceTask* const face = &job->faces[index];
  Attempt([&] { RestoreWell(job->image.pixels, parallel, face); }, face, &job->attempts[index]);
}

void FaceStage::Attempt(const std::function<void()>& restore, FaceTask* face,
                        FaceAttempt* attempt) const {
  try {
    {
      const StageTimer timer(&attempt->seconds);
      restore();
    }
    if (options_.measure_faces) attempt->record = MeasureFace(*face);
    if (!options_.ShowsFaces()) {  // only what is to be added is needed from now on
      face->before.release();
      face->after.release();
    }
  } catch (...) {
    attempt->error = std::current_exception();
  }
}

void FaceStage::RestoreTogether(ImageJob* job, const ParallelFor& parallel) const {
  const std::vector<cv::Mat> kernels = ShareKernels(job->faces);
  parallel(kernels.size(), [&](std::size_t i) {
    if (kernels[i].empty()) return;
    FaceTask* const face = &job->faces[i];
    face->blur.kernel = kernels[i];
    const auto restore = [&] {
      RestoreByBlur(job->image.pixels, *models_.restorer.get(), parallel, face);
    };
    Attempt(restore, face, &job->attempts[i]);
  });
}

void FaceStage::RestoreWell(const cv::Mat& pixels, const ParallelFor& parallel,
                            FaceTask* face) const {
  const FaceRestorer& restorer = *models_.restorer.get();
  RestoreFace(pixels, restorer, options_.process.extent, parallel, face);
  if (options_.process.aligned) return;
  constexpr double kPays = 0.04;  // see models/EXPERIMENTS.md
  const FaceDetector& detector = *models_.detector.get();
  if (ReadAgain(detector, face) < kPays) return;
  FaceTask again = PlacedAnew(*face, restorer.chip_template());
  RestoreFace(pixels, restorer, options_.process.extent, parallel, &again);
  if (again.confidence < face->confidence) return;
  ReadAgain(detector, &again);
  *face = std::move(again);
}

void FaceStage::Blend(ImageJob* job, const ParallelFor& parallel) const {
  RestoreTogether(job, parallel);
  for (const FaceAttempt& attempt : job->attempts) job->record.seconds.restore += attempt.seconds;
  for (const FaceAttempt& attempt : job->attempts) {
    if (attempt.error) ThrowForImage(attempt.error);
  }
  const double strength = options_.process.strength;
  if (options_.process.extent == Extent::kPhoto && !options_.process.aligned) {
    const StageTimer timer(&job->record.seconds.restore);
    BlendPhoto(job->faces, *models_.restorer.get(), strength, parallel, &job->image);
  } else {
    const StageTimer timer(&job->record.seconds.blend);
    BlendFaces(job->faces, strength, &job->image);
  }
  for (FaceTask& face : job->faces) face.change.release();  // encoding takes memory, too
  if (!options_.measure_faces) return;
  for (FaceAttempt& attempt : job->attempts) {
    job->record.face_records.push_back(std::move(attempt.record));
  }
}

}  // namespace facedeblur
