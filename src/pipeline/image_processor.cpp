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

/// What restoring the faces adds to the image, each pixel shared among them.
std::vector<ChipChange> PlaceChanges(const std::vector<FaceTask>& tasks) {
  std::vector<ChipChange> changes;
  for (const FaceTask& task : tasks) {
    changes.push_back({task.RestoredGeometry(), task.change, MaskOf(task)});
  }
  ShareOverlaps(&changes);
  return changes;
}

void ApplyChanges(const std::vector<ChipChange>& changes, double strength, cv::Mat* pixels) {
  for (const ChipChange& change : changes) ApplyChange(change, strength, pixels);
}

/// The face's own part of a chip with its surroundings.
cv::Mat FaceIn(const cv::Mat& region, int face_size) {
  const int margin = (region.cols - face_size) / 2;
  return region(cv::Rect(margin, margin, face_size, face_size));
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

void RestoreFace(const cv::Mat& pixels, const FaceRestorer& restorer, Extent extent,
                 const ParallelFor& parallel, FaceTask* task) {
  task->blur = restorer.EstimateBlur(ExtractChip(pixels, task->geometry), parallel);
  const bool whole_image = task->face.landmarks.empty();
  task->has_surroundings = extent != Extent::kFace && !whole_image && !task->blur.kernel.empty();
  RestoreByBlur(pixels, restorer, parallel, task);
}

void RestoreByBlur(const cv::Mat& pixels, const FaceRestorer& restorer, const ParallelFor& parallel,
                   FaceTask* task) {
  const cv::Mat region = ExtractChip(pixels, task->RestoredGeometry());
  const int size = task->geometry.size;
  task->before = FaceIn(region, size).clone();
  cv::Mat restored = restorer.RestoreRegion(region, task->blur, parallel);
  if (!task->blur.kernel.empty()) {
    task->confidence = Confidence(Weigh(task->before, FaceIn(restored, size), task->blur));
  }
  restored = KeepBelieved(region, restored, task->confidence);
  task->after = FaceIn(restored, size).clone();
  cv::subtract(restored, region, restored);
  task->change = restored;
}

void BlendFaces(const std::vector<FaceTask>& tasks, double strength, Image* image) {
  const std::vector<ChipChange> changes = PlaceChanges(tasks);
  cv::Rect reached;
  for (const ChipChange& change : changes) reached |= ReachedRegion(change);
  KeepSourcePixels(reached, image);
  ApplyChanges(changes, strength, &image->pixels);
}

void BlendPhoto(const std::vector<FaceTask>& tasks, const FaceRestorer& restorer, double strength,
                const ParallelFor& parallel, Image* image) {
  const PhotoBlur blur = FindPhotoBlur(tasks);
  if (blur.blurs.empty()) return BlendFaces(tasks, strength, image);
  const std::vector<ChipChange> changes = PlaceChanges(tasks);
  KeepSourcePixels(cv::Rect(cv::Point(0, 0), image->pixels.size()), image);
  RestorePhoto(blur, changes, restorer, strength, parallel, &image->pixels);
  ApplyChanges(changes, strength, &image->pixels);
}

}  // namespace facedeblur
