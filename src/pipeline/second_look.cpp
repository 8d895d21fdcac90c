#include "pipeline/second_look.h"

#include <utility>

#include "facedeblur/face/landmark_distance.h"
#include "facedeblur/restore/kernel_radius.h"

namespace facedeblur {
namespace {

/// The detector's square as it lies in the chip, which shows the face upright.
cv::Rect2f SquareInChip(const FaceTask& task) {
  const cv::Rect2f& box = task.face.box;
  const Similarity& chip_from_image = task.geometry.chip_from_image;
  const cv::Point2d middle = chip_from_image(0.5 * cv::Point2d(box.tl() + box.br()));
  const double side = chip_from_image.Scale() * box.width;
  return {cv::Point2d(middle.x - 0.5 * side, middle.y - 0.5 * side), cv::Size2d(side, side)};
}

/// Where blur is mild, the reader's own scatter is more than what is gained. Chosen on validation
/// faces with kernels of 9 and 15 pixels at a face of 128.
bool HidesLandmarks(const FaceTask& task) {
  constexpr double kRadius = 0.0105;  // RMS, of the chip's side
  return KernelRadius(task.blur.kernel) / task.blur.scale >= kRadius * task.geometry.size;
}

}  // namespace

double ReadAgain(const FaceDetector& detector, FaceTask* task) {
  constexpr double kBelieved = 0.5;
  constexpr double kMistake = 0.12;  // what moves by more is no better than before
  if (task->face.landmarks.empty() || task->blur.kernel.empty()) return 0;
  if (!HidesLandmarks(*task) || task->confidence < kBelieved) return 0;
  cv::Mat restored;
  task->after.convertTo(restored, CV_8U, 255);
  Landmarks landmarks = detector.ReadLandmarks(restored, SquareInChip(*task));
  if (landmarks.empty() || !CanBeAligned(landmarks)) return 0;
  landmarks = task->geometry.chip_from_image.Inverse()(landmarks);
  const double moved = LandmarkDistance(task->face.landmarks, landmarks);
  if (moved > kMistake) return 0;
  task->face.landmarks = std::move(landmarks);
  return moved;
}

FaceTask PlacedAnew(const FaceTask& task, const ChipTemplate& chip_template) {
  FaceTask anew;
  anew.face = task.face;
  anew.geometry = PlaceChip(anew.face.landmarks, chip_template);
  return anew;
}

}  // namespace facedeblur
