#pragma once

#include <cstdint>
#include <opencv2/core.hpp>

#include "facedeblur/dataset/degradation.h"
#include "facedeblur/dataset/face_set.h"
#include "facedeblur/dataset/pair_options.h"
#include "facedeblur/dataset/random_streams.h"

namespace facedeblur {

/// A blurred chip and what it was.
struct TrainingPair {
  cv::Mat blurred;    ///< CV_32FC3, BGR, 0..1, chip_size squared
  cv::Mat sharp;      ///< the same
  cv::Mat structure;  ///< CV_32F, chip_size squared: 1 on eyes, brows, nose and mouth, 0 elsewhere
  Landmarks landmarks;      ///< chip pixels; none where the chip shows no face
  Degradation degradation;  ///< its kernel is PairOptions::kernel.max_size squared
};

/// A pair made from one face. The chip has real surroundings wherever the photo has: it is cut
/// larger than the chip by the kernel's reach, blurred, and cut down.
TrainingPair MakePair(const SharpFace& face, const PairOptions& options,
                      const RandomStreams& streams);

/// A pair made from a whole photo, CV_32FC3, BGR, 0..1, without structure and landmarks. Its images
/// lose half a kernel at each side, where the blur would need what the photo does not show.
TrainingPair MakePhotoPair(const cv::Mat& photo, const PairOptions& options,
                           const RandomStreams& streams);

/// The pair with the given number, of a random face; the same arguments give the same pair.
TrainingPair DrawPair(const FaceSet& faces, const PairOptions& options, std::uint64_t seed,
                      std::uint64_t index);

}  // namespace facedeblur
