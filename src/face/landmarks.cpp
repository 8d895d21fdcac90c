#include "facedeblur/face/landmarks.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

cv::Point2f MeanOf(const Landmarks& landmarks, std::ptrdiff_t first, std::ptrdiff_t last) {
  const cv::Point2f sum =
      std::accumulate(landmarks.begin() + first, landmarks.begin() + last, cv::Point2f(0, 0));
  return sum / static_cast<float>(last - first);
}

void RequireScheme(const Landmarks& landmarks) {
  if (landmarks.size() == kLandmarkScheme.count) return;
  throw Error(ErrorKind::kUsage,
              "alignment needs " + std::to_string(kLandmarkScheme.count) + " landmarks");
}

}  // namespace

std::vector<cv::Point2f> AlignmentPoints(const Landmarks& landmarks) {
  RequireScheme(landmarks);
  return {MeanOf(landmarks, 36, 42), MeanOf(landmarks, 42, 48), landmarks[30], landmarks[48],
          landmarks[54]};
}

bool CanBeAligned(const Landmarks& landmarks) {
  RequireScheme(landmarks);
  // From the first eye to the last mouth corner: all that alignment uses beside the nose.
  return std::any_of(landmarks.begin() + 36, landmarks.begin() + 55,
                     [&](const cv::Point2f& point) { return point != landmarks[30]; });
}

}  // namespace facedeblur
