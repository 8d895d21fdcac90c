#include "facedeblur/pipeline/image_processor.h"

#include <utility>

#include "facedeblur/face/compositor.h"
#include "facedeblur/util/error.h"

namespace facedeblur {

std::vector<DetectedFace> DetectFaces(const cv::Mat& pixels, const FaceDetector* detector,
                                      const ProcessOptions& options) {
  if (!options.aligned) return detector->Detect(pixels);
  DetectedFace whole;
  whole.box = cv::Rect2f(cv::Point2f(0, 0), cv::Size2f(pixels.size()));
  return {whole};
}

std::vector<FaceTask> PlaceFaces(cv::Size picture, std::vector<DetectedFace> faces,
                                 const ChipTemplate& chip_template, const ProcessOptions& options) {
  std::vector<FaceTask> tasks;
  for (DetectedFace& face : faces) {
    if (options.max_faces > 0 && static_cast<int>(tasks.size()) == options.max_faces) break;
    FaceTask task;
    try {
      task.geometry =
          options.aligned ? WholePictureChip(picture) : PlaceChip(face.landmarks, chip_template);
    } catch (const Error&) {
      continue;  // landmarks that fall into one point: no face after all
    }
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

cv::Mat BlendFaces(const cv::Mat& pixels, const std::vector<FaceTask>& tasks, double strength) {
  std::vector<ChipChange> changes;
  for (const FaceTask& task : tasks) {
    cv::Mat mask = task.face.landmarks.empty() ? FullMask(task.geometry.size)
                                               : FaceMask(task.face.landmarks, task.geometry);
    changes.push_back({task.geometry, task.after - task.before, std::move(mask)});
  }
  ShareOverlaps(&changes);
  cv::Mat blended = pixels.clone();
  ApplyChanges(changes, strength, &blended);
  return blended;
}

}  // namespace facedeblur
