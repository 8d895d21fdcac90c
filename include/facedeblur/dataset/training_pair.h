#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <string>

#include "facedeblur/dataset/blur_kernel.h"
#include "facedeblur/dataset/degradation.h"
#include "facedeblur/dataset/face_set.h"

namespace facedeblur {

/// How training pairs are drawn from sharp faces.
struct PairOptions {
  int chip_size = 128;
  double min_eye_distance = 36;  ///< of the drawn chip, pixels: how large the face is in it
  double max_eye_distance = 84;
  double max_rotation = 12;  ///< degrees, either way
  double max_shift = 0.12;   ///< of the chip size, either way, besides alignment
  bool flip = true;          ///< mirror every other pair
  KernelOptions kernel;
  DegradationOptions degradation;
};

/// A blurred chip and what it was.
struct TrainingPair {
  cv::Mat blurred;   ///< CV_32FC3, BGR, 0..1, chip_size squared
  cv::Mat sharp;     ///< the same
  cv::Mat kernel;    ///< CV_32F, PairOptions::kernel.max_size squared
  cv::Mat features;  ///< CV_32F, chip_size squared: 1 on eyes, brows, nose and mouth, 0 elsewhere
  Landmarks landmarks;  ///< chip pixels
  std::string kernel_kind;
  Degradation degradation;
};

/// A pair made from one face. The chip has real surroundings wherever the photo has: it is cut
/// larger than the chip by the kernel's reach, blurred, and cut down.
TrainingPair MakePair(const SharpFace& face, const PairOptions& options, Random* random);

/// The pair with the given number, of a random face; the same arguments give the same pair.
TrainingPair DrawPair(const FaceSet& faces, const PairOptions& options, std::uint64_t seed,
                      std::uint64_t index);

}  // namespace facedeblur
