#include "pipeline/second_look.h"

#include <utility>

#include "facedeblur/face/landmark_distance.h"

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

}  // namespace

std::optional<FaceTask> LookAgain(const FaceDetector& detector, const ChipTemplate& chip_template,
                                  FaceTask* task) {
  constexpr double kBelieved = 0.5;
  if (task->face.landmarks.empty() || task->blur.kernel.empty()) return std::nullopt;
  if (task->confidence < kBelieved) return std::nullopt;
  cv::Mat restored;
  task->after.convertTo(restored, CV_8U, 255);
  Landmarks landmarks = detector.ReadLandmarks(restored, SquareInChip(*task));
  if (landmarks.empty() || !CanBeAligned(landmarks)) return std::nullopt;
  landmarks = task->geometry.chip_from_image.Inverse()(landmarks);
  constexpr double kScatter = 0.01;  // less is the reader's own ...
  constexpr double kMistake = 0.12;  // ... and more is no better than before
  constexpr double kPays = 0.04;     // see models/README.md
  const double moved = LandmarkDistance(task->face.landmarks, landmarks);
  if (moved < kScatter || moved > kMistake) return std::nullopt;
  task->face.landmarks = std::move(landmarks);
  if (moved < kPays) return std::nullopt;
  FaceTask again;
  again.face = task->face;
  again.geometry = PlaceChip(again.face.landmarks, chip_template);
  return again;
}

}  // namespace facedeblur
