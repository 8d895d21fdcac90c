#include "facedeblur/pipeline/photo_faces.h"

#include <future>
#include <utility>

#include "facedeblur/pipeline/batch_runner.h"
#include "pipeline/face_stage.h"
#include "pipeline/image_job.h"

namespace facedeblur {

std::vector<DetectedFace> RestoreFacesOf(const FaceDetector* detector, const FaceRestorer& restorer,
                                         const ProcessOptions& process, TaskPool* pool,
                                         cv::Mat* pixels) {
  const BatchModels models = ReadyModels(detector, &restorer);
  BatchOptions options;
  options.process = process;
  const FaceStage stage(models, options);
  ImageJob job;
  job.image.pixels = *pixels;
  stage.Find(&job);
  enum Priority : int { kFace, kPartOfFace };
  const ParallelFor help = [pool](std::size_t count, const auto& task) {
    pool->ForEach(kPartOfFace, count, task);
  };
  std::vector<std::future<void>> restoring;
  for (std::size_t i = 0; i < job.faces.size(); ++i) {
    restoring.push_back(pool->Async(kFace, [&, i] { stage.Restore(&job, i, help); }));
  }
  for (const auto& face : restoring) face.wait();
  stage.Blend(&job, help);
  std::vector<DetectedFace> faces;
  for (FaceTask& task : job.faces) faces.push_back(std::move(task.face));
  return faces;
}

}  // namespace facedeblur
