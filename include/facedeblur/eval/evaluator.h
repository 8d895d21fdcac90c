#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "facedeblur/restore/restorer.h"
#include "facedeblur/train/face_set.h"

namespace facedeblur {

/// How blurred faces are made for scoring. The two presets follow the literature's protocols on
/// other pictures and kernels: numbers are "same protocol", not the same test set.
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

/// Lee et al., "MSPL-GAN" (2020): 128x128, ten camera-shake kernels for each odd size 13 to 27,
/// mirrored border, 8-bit rounding, no noise.
EvaluationProtocol MsplProtocol();
/// Shen et al. (CVPR 2018): the same with Gaussian noise of standard deviation 0.01.
EvaluationProtocol ShenProtocol();

/// PSNR (dB) and SSIM on RGB of 8-bit pictures.
struct Score {
  double psnr = 0;
  double ssim = 0;
};

/// Scores of one blurred face, by every method of the table.
struct PairScores {
  int kernel_size = 0;
  std::size_t face = 0;
  Score blurred;         ///< the input
  Score restored;        ///< the network
  Score restored_shift;  ///< the network, after the best whole-picture shift of up to 3 px
  Score blurred_shift;   ///< the input after its best shift
  Score oracle;          ///< Wiener filter with the true kernel
  double seconds = 0;    ///< of the network
};

/// A mean over pairs with a 95 % interval from a bootstrap over faces.
struct MeanScore {
  Score mean;
  double psnr_low = 0;
  double psnr_high = 0;
};
MeanScore Summarize(const std::vector<PairScores>& pairs, Score PairScores::*method,
                    std::uint64_t seed);

/// The face's chip for scoring: upright, eyes 0.4 chip sizes apart, all inside the photo where it
/// is large enough. CV_32FC3.
cv::Mat EvaluationChip(const SharpFace& face, int chip_size);

/// The protocol's kernels, sizes ascending.
std::vector<cv::Mat> ProtocolKernels(const EvaluationProtocol& protocol);

/// Blurs every face by the protocol and scores the restorer. Faces run over `threads` threads; the
/// result does not depend on them.
std::vector<PairScores> Evaluate(const FaceSet& faces, const FaceRestorer& restorer,
                                 const EvaluationProtocol& protocol, std::size_t threads);

}  // namespace facedeblur
