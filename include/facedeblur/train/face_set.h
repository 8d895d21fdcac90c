#pragma once

#include <cstdint>
#include <filesystem>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "facedeblur/face/chip.h"
#include "facedeblur/face/detector.h"
#include "facedeblur/synth/blur_kernel.h"
#include "facedeblur/synth/degradation.h"

namespace facedeblur {

/// A sharp face in memory: its photo and where it is.
struct SharpFace {
  cv::Mat pixels;  ///< CV_8UC3, BGR: the face with its surroundings
  Landmarks landmarks;
  std::size_t folder = 0;  ///< which of the folders it came from
};

/// Sharp faces to train on.
class FaceSet {
 public:
  /// Reads all images below the folders (sorted in each), finds the largest face of each, and keeps
  /// those with one. Landmarks are kept in `cache` (a file; empty: nowhere), so that the search
  /// runs once. `threads` work at it. Throws Error(kInput) when fewer than `min_faces` faces are
  /// found.
  static FaceSet Load(const std::vector<std::filesystem::path>& folders,
                      const std::filesystem::path& cache, const FaceDetector& detector,
                      std::size_t threads, std::size_t min_faces);

  const std::vector<SharpFace>& faces() const { return faces_; }

  /// A random face: each of the folders is as likely as the others, however many faces it holds.
  const SharpFace& Draw(Random* random) const;

  /// Splits off every n-th face, for validation.
  FaceSet TakeEveryNth(std::size_t n);

 private:
  std::vector<SharpFace> faces_;  ///< folder by folder
};

/// How training pairs are drawn from sharp faces.
struct PairOptions {
  int chip_size = 128;
  double min_eye_distance = 36;  ///< of the drawn chip, pixels: how large the face is in it
  double max_eye_distance = 84;
  double max_rotation = 12;  ///< degrees, either way
  double max_shift = 0.12;   ///< of the chip size, either way, besides alignment
  KernelOptions kernel;
  DegradationOptions degradation;
};

/// A blurred chip and what it was.
struct TrainingPair {
  cv::Mat blurred;   ///< CV_32FC3, BGR, 0..1, chip_size squared
  cv::Mat sharp;     ///< the same
  cv::Mat kernel;    ///< CV_32F, PairOptions::kernel.max_size squared
  cv::Mat features;  ///< CV_32F, chip_size squared: 1 on eyes, brows, nose and mouth, 0 elsewhere
};

/// Draws the pair with the given number; the same arguments give the same pair.
TrainingPair DrawPair(const FaceSet& faces, const PairOptions& options, std::uint64_t seed,
                      std::uint64_t index);

}  // namespace facedeblur
