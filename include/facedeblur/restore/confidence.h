#pragma once

#include <opencv2/core.hpp>

#include "facedeblur/restore/restorer.h"

// How far a restoration can be believed, judged without knowing the sharp face.
namespace facedeblur {

/// What a restored chip and its kernel tell of the restoration. Images are taken in grey, at the
/// kernel's scale, without the border that the kernel reaches over, and with the whole change that
/// the network wanted, whatever the estimate's weight left of it.
struct RestorationEvidence {
  /// Of the kernels seen in the chip and in its mirror image: 1 less their Bhattacharyya
  /// coefficient, 0..1.
  double disagreement = 0;
  /// Of the detail's energy (finer than a Gaussian of 4 pixels), the share that the restoration
  /// leaves unexplained when it is blurred again.
  double unexplained = 0;
  /// The energy of the change over that of the detail.
  double change = 0;
  /// The finest structure of the restored chip over that of the blurred one, by the noise estimate
  /// of Immerkaer (1996).
  double noise_gain = 1;
  /// Of the change's energy, what lies outside the range of the blurred pixels around: a ringing
  /// restoration overshoots, and so does a true one a little.
  double overshoot = 0;
  /// The mean squared gradient of the restored chip over its squared mean gradient.
  double sparsity = 1;
};

/// Both chips are square, CV_32FC3, BGR, 0..1; `blur` is that of `blurred` and has a kernel.
RestorationEvidence Weigh(const cv::Mat& blurred, const cv::Mat& restored,
                          const BlurEstimate& blur);

/// The chance, 0..1, that the restored chip is nearer to the sharp face than the blurred one:
/// logistic regression on validation faces, blurred in ways that the network knows and in others
/// (models/README.md).
double Confidence(const RestorationEvidence& evidence);

/// How much of a restoration's change is kept at this confidence, 0 (none) to 1 (all).
double BelievedShare(double confidence);

/// What remains of a restoration: the blurred image and BelievedShare() of the change. Any two
/// images of one size and type.
cv::Mat KeepBelieved(const cv::Mat& blurred, const cv::Mat& restored, double confidence);

}  // namespace facedeblur
