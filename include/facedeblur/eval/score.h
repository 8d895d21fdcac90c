#pragma once

#include <opencv2/core.hpp>

namespace facedeblur {

/// PSNR (dB, at most 100, which stands for equal pictures) and SSIM.
struct Score {
  double psnr = 0;
  double ssim = 0;
};

/// Of 8-bit RGB pictures; with a mask only what it selects counts.
Score ScoreOf(const cv::Mat& picture, const cv::Mat& truth, const cv::Mat& mask = {});

/// The best score over shifts of up to 3 pixels in half-pixel steps (as Levin et al., CVPR 2009,
/// and Koehler et al., ECCV 2012, score: a blind method cannot know where an off-centre kernel put
/// the picture), over the part of the picture that every shift fills. PSNR decides.
Score BestShiftScore(const cv::Mat& picture, const cv::Mat& truth);

/// Largest normalised cross-correlation of two kernels over all shifts, 0 to 1 (Hu and Yang, "Good
/// Regions to Deblur", ECCV 2012, equation 1).
double KernelSimilarity(const cv::Mat& estimate, const cv::Mat& truth);

}  // namespace facedeblur
