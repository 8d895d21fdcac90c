#pragma once

#include <cstddef>
#include <functional>
#include <opencv2/core.hpp>

#include "facedeblur/dataset/face_set.h"
#include "facedeblur/face/similarity.h"

namespace facedeblur {

/// Two chips to compare: CV_8UC3, BGR, the same size.
struct EvaluationPair {
  cv::Mat sharp;
  cv::Mat blurred;
  cv::Mat kernel;       ///< CV_32F; empty where it is not known
  cv::Mat face_mask;    ///< CV_8UC1: the face between brows and chin; empty where it is not known
  Landmarks landmarks;  ///< of the sharp face, chip pixels; empty where they are not known
  std::size_t face = 0;
};

/// A numbered set of pairs, made when they are asked for, from any thread.
struct PairSource {
  std::size_t count = 0;
  std::function<EvaluationPair(std::size_t index)> make;
};

/// The face's chip for scoring: upright, eyes 0.4 chip sizes apart.
Similarity EvaluationPlacement(const SharpFace& face, int chip_size);

}  // namespace facedeblur
