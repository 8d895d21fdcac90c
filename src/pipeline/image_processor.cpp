#include "facedeblur/pipeline/image_processor.h"

#include <utility>

#include "facedeblur/face/compositor.h"
#include "facedeblur/face/face_mask.h"
#include "facedeblur/pipeline/photo_restoration.h"
#include "facedeblur/pipeline/shared_blur.h"
#include "facedeblur/restore/confidence.h"

namespace facedeblur {
namespace {

cv::Mat MaskOf(const FaceTask& task) {
  if (task.face.landmarks.empty()) return FullMask(task.geometry.size);
  if (task.has_surroundings) return HeadMask(task.face.landmarks, task.RestoredGeometry());
  return BlendingMask(task.face.landmarks, task.geometry);
}

/// Where the faces' changes belong, each pixel shared among them; their residuals are not there
/// yet.
std::vector<ChipChange> PlaceChanges(const std::vector<FaceTask>& tasks) {
  std::vector<ChipChange> changes;
  for (const FaceTask& task : tasks) {
    changes.push_back({task.RestoredGeometry(), {}, MaskOf(task)});
  }
  ShareOverlaps(&changes);
  return changes;
}

void ApplyChanges(const std::vector<FaceTask>& tasks, double strength,
                  std::vector<ChipChange> changes, cv::Mat* pixels) {
  for (std::size_t i = 0; i < changes.size(); ++i) {
    changes[i].residual = tasks[i].after - tasks[i].before;
    ApplyChange(changes[i], strength, pixels);
    changes[i] = {};  // those of six large faces are as large as a photo
  }
}

}  // namespace

std::vector<DetectedFace> DetectFaces(const cv::Mat& pixels, const FaceDetector* detector,
                                      const ProcessOptions& options) {
  if (!options.aligned) return detector->Detect(pixels);
  DetectedFace whole;
  whole.box = cv::Rect2f(cv::Point2f(0, 0), cv::Size2f(pixels.size()));
  return {whole};
}

std::vector<FaceTask> PlaceFaces(cv::Size image_size, std::vector<DetectedFace> faces,
                                 const ChipTemplate& chip_template, const ProcessOptions& options) {
  std::vector<FaceTask> tasks;
  for (DetectedFace& face : faces) {
    if (options.max_faces > 0 && static_cast<int>(tasks.size()) == options.max_faces) break;
    if (!options.aligned && !CanBeAligned(face.landmarks)) continue;  // no face after all
    FaceTask task;
    task.geometry =
        options.aligned ? WholeImageChip(image_size) : PlaceChip(face.landmarks, chip_template);
    task.face = std::move(face);
    tasks.push_back(std::move(task));
  }
  return tasks;
}

cv::Mat FaceTask::FaceOf(const cv::Mat& restored) const {
  const int margin = (restored.cols - geometry.size) / 2;
  return restored(cv::Rect(margin, margin, geometry.size, geometry.size));
}

void RestoreFace(const cv::Mat& pixels, const FaceRestorer& restorer, Extent extent,
                 const ParallelFor& parallel, FaceTask* task) {
  task->before = ExtractChip(pixels, task->geometry);
  task->blur = restorer.EstimateBlur(task->before, parallel);
  const bool whole_image = task->face.landmarks.empty();
  if (extent != Extent::kFace && !whole_image && !task->blur.kernel.empty()) {
    task->has_surroundings = true;
    task->before = ExtractChip(pixels, task->RestoredGeometry());
  }
  const cv::Mat restored = restorer.RestoreRegion(task->before, task->blur, parallel);
  if (!task->blur.kernel.empty()) {
    const cv::Mat face = task->FaceOf(task->before);
    task->confidence = Confidence(Weigh(face, task->FaceOf(restored), task->blur));
  }
  task->after = KeepBelieved(task->before, restored, task->confidence);
}

void BlendFaces(const std::vector<FaceTask>& tasks, double strength, Image* image) {
  const std::vector<ChipChange> changes = PlaceChanges(tasks);
  cv::Rect reached;
  for (const ChipChange& change : changes) reached |= ReachedRegion(change);
  KeepSourcePixels(reached, image);
  ApplyChanges(tasks, strength, changes, &image->pixels);
}

void BlendPhoto(const std::vector<FaceTask>& tasks, const FaceRestorer& restorer, double strength,
                const ParallelFor& parallel, Image* image) {
  const PhotoBlur blur = FindPhotoBlur(tasks);
  if (blur.blurs.empty()) return BlendFaces(tasks, strength, image);
  const std::vector<ChipChange> changes = PlaceChanges(tasks);
  KeepSourcePixels(cv::Rect(cv::Point(0, 0), image->pixels.size()), image);
  RestorePhoto(blur, changes, restorer, strength, parallel, &image->pixels);
  ApplyChanges(tasks, strength, changes, &image->pixels);
}

}  // namespace facedeblur
