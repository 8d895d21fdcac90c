#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "facedeblur/dataset/face_set.h"
#include "facedeblur/eval/evaluation_pair.h"

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

/// Every face blurred by the protocol. The faces must outlive the source.
PairSource ProtocolPairs(const FaceSet& faces, const EvaluationProtocol& protocol);

}  // namespace facedeblur
