#include "facedeblur/face/landmarks.h"

#include <numeric>

#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

cv::Point2f MeanOf(const Landmarks& landmarks, std::ptrdiff_t first, std::ptrdiff_t last) {
  const cv::Point2f sum =
      std::accumulate(landmarks.begin() + first, landmarks.begin() + last, cv::Point2f(0, 0));
  return sum / static_cast<float>(last - first);
}

}  // namespace

std::vector<cv::Point2f> AlignmentPoints(const Landmarks& landmarks) {
  if (landmarks.size() != kLandmarkCount) {
    throw Error(ErrorKind::kUsage, "alignment needs 68 landmarks");
  }
  return {MeanOf(landmarks, 36, 42), MeanOf(landmarks, 42, 48), landmarks[30], landmarks[48],
          landmarks[54]};
}

}  // namespace facedeblur
