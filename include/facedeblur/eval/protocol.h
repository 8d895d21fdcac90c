#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "facedeblur/dataset/face_set.h"
#include "facedeblur/face/similarity.h"

namespace facedeblur {

/// How blurred faces are made for scoring. The two presets follow the literature's protocols, but
/// with other images and kernels: figures compare as "same protocol", not as the same test set.
struct EvaluationProtocol {
  std::string name = "mspl";
  int chip_size = 128;
  int min_kernel = 13;  ///< odd kernel sizes from here ...
  int max_kernel = 27;  ///< ... to here
  int kernels_per_size = 10;
  double noise = 0;      ///< standard deviation of Gaussian noise, range 0..1
  bool centered = true;  ///< kernels shifted by whole pixels to put their mass in the middle
  std::uint64_t seed = 2020;
  /// Of the sizes * kernels_per_size kernels, how many each face is blurred with; 0: all.
  int kernels_per_face = 0;
};

/// Lee et al., "Progressive Semantic Face Deblurring" (MSPL-GAN, IEEE Access 2020): 128x128, ten
/// camera-shake kernels for each odd size 13 to 27, mirrored border, 8-bit rounding, no noise.
EvaluationProtocol MsplProtocol();
/// Shen et al., "Deep Semantic Face Deblurring" (CVPR 2018): the same with Gaussian noise of
/// standard deviation 0.01.
EvaluationProtocol ShenProtocol();

/// The protocol's kernels, sizes ascending. A size of 1 is no blur.
std::vector<cv::Mat> ProtocolKernels(const EvaluationProtocol& protocol);

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

/// Every face blurred by the protocol. The faces must outlive the source.
PairSource ProtocolPairs(const FaceSet& faces, const EvaluationProtocol& protocol);

/// Every face with the image of the same relative path and stem below `blurred`. The faces were
/// found below `sharp` and must outlive the source. Throws Error(kInput) for images that are
/// missing; making a pair throws it where the two images differ in size.
PairSource FolderPairs(const FaceSet& faces, const std::filesystem::path& sharp,
                       const std::filesystem::path& blurred, int chip_size);

/// As FolderPairs() for images that are chips already, square and of one size, without a search for
/// faces.
PairSource AlignedPairs(const std::filesystem::path& sharp, const std::filesystem::path& blurred);

}  // namespace facedeblur
