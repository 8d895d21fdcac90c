#include "facedeblur/pipeline/image_processor.h"

#include <utility>

#include "facedeblur/face/compositor.h"
#include "facedeblur/face/face_mask.h"

namespace facedeblur {

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

void RestoreFace(const cv::Mat& pixels, const FaceRestorer& restorer, const ParallelFor& parallel,
                 FaceTask* task) {
  task->before = ExtractChip(pixels, task->geometry);
  task->after = restorer.Restore(task->before, parallel);
}

void BlendFaces(const std::vector<FaceTask>& tasks, double strength, Image* image) {
  std::vector<ChipChange> changes;
  cv::Rect reached;
  for (const FaceTask& task : tasks) {
    cv::Mat mask = task.face.landmarks.empty() ? FullMask(task.geometry.size)
                                               : BlendingMask(task.face.landmarks, task.geometry);
    changes.push_back({task.geometry, {}, std::move(mask)});
    reached |= ReachedRegion(changes.back());
  }
  ShareOverlaps(&changes);
  KeepSourcePixels(reached, image);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    changes[i].residual = tasks[i].after - tasks[i].before;
    ApplyChange(changes[i], strength, &image->pixels);
    changes[i] = {};  // those of six large faces are as large as a photo
  }
}

}  // namespace facedeblur
