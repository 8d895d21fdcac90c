#pragma once

#include <cmath>

#include "facedeblur/face/chip.h"
#include "facedeblur/face/landmarks.h"

namespace facedeblur::testing {

/// 68 landmarks of a schematic upright face with the given eye distance around a point between the
/// eyes; proportions are the medians of our portraits.
inline Landmarks MakeLandmarks(cv::Point2f between_eyes, float eye_distance) {
  Landmarks points(kLandmarkCount);
  const auto at = [&](float x, float y) { return between_eyes + eye_distance * cv::Point2f(x, y); };
  for (std::size_t i = 0; i < 17; ++i) {  // jaw: half an ellipse
    const float angle = static_cast<float>(M_PI) * (1 - static_cast<float>(i) / 16);
    points[i] = at(1.15F * std::cos(angle), 0.05F + 1.85F * std::sin(angle));
  }
  for (std::size_t i = 17; i < 27; ++i) {  // brows
    points[i] = at(-0.8F + 0.178F * static_cast<float>(i - 17), -0.35F);
  }
  for (std::size_t i = 27; i < 36; ++i) points[i] = at(0, 0.2F);
  points[30] = at(0, 0.589F);
  for (std::size_t i = 36; i < 48; ++i) {  // both eyes: small rings, so that means are the centres
    const float angle = static_cast<float>(i % 6) * static_cast<float>(M_PI) / 3;
    const float centre = i < 42 ? -0.5F : 0.5F;
    points[i] = at(centre + 0.1F * std::cos(angle), 0.1F * std::sin(angle));
  }
  for (std::size_t i = 48; i < kLandmarkCount; ++i) points[i] = at(0, 1.1F);
  points[48] = at(-0.51F, 1.016F);
  points[54] = at(0.51F, 1.016F);
  return points;
}

}  // namespace facedeblur::testing
