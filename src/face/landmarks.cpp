#include "facedeblur/face/landmarks.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <utility>

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

std::vector<cv::Point2f> MeanAlignmentPoints(const cv::Rect2f& square) {
  constexpr float kEyes = 0.286F;  // below the square's upper edge, in parts of its side ...
  constexpr float kNose = 0.520F;
  constexpr float kMouth = 0.698F;
  constexpr float kEye = 0.204F;  // ... and beside its middle
  constexpr float kMouthCorner = 0.209F;
  std::vector<cv::Point2f> points = {{0.5F - kEye, kEyes},
                                     {0.5F + kEye, kEyes},
                                     {0.5F, kNose},
                                     {0.5F - kMouthCorner, kMouth},
                                     {0.5F + kMouthCorner, kMouth}};
  for (cv::Point2f& point : points) point = square.tl() + square.width * point;
  return points;
}

bool CanBeAligned(const Landmarks& landmarks) {
  RequireScheme(landmarks);
  // From the first eye to the last mouth corner: all that alignment uses beside the nose.
  return std::any_of(landmarks.begin() + 36, landmarks.begin() + 55,
                     [&](const cv::Point2f& point) { return point != landmarks[30]; });
}

void MirrorLandmarks(int width, Landmarks* landmarks) {
  static const auto kMirrored = [] {
    std::array<std::size_t, kLandmarkCount> order{};
    const auto swap_range = [&order](std::size_t first, std::size_t last) {
      for (std::size_t i = first; i <= last; ++i) order[i] = first + last - i;
    };
    swap_range(0, 16);                                    // jaw
    swap_range(17, 26);                                   // brows
    for (std::size_t i = 27; i <= 30; ++i) order[i] = i;  // bridge of the nose
    swap_range(31, 35);                                   // nostrils
    constexpr std::array<std::size_t, 12> kEyes = {45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40};
    for (std::size_t i = 0; i < kEyes.size(); ++i) order[36 + i] = kEyes[i];
    swap_range(48, 54);  // outer lip above
    swap_range(55, 59);  // outer lip below
    swap_range(60, 64);  // inner lip above
    swap_range(65, 67);  // inner lip below
    return order;
  }();
  Landmarks mirrored(landmarks->size());
  for (std::size_t i = 0; i < landmarks->size(); ++i) {
    const cv::Point2f& p = (*landmarks)[kMirrored[i]];
    mirrored[i] = {static_cast<float>(width - 1) - p.x, p.y};
  }
  *landmarks = std::move(mirrored);
}

}  // namespace facedeblur
