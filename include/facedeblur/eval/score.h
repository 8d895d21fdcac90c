#pragma once

#include <opencv2/core.hpp>

namespace facedeblur {

/// PSNR (dB, at most 100, which stands for equal images) and SSIM.
struct Score {
  double psnr = 0;
  double ssim = 0;
};

/// The score of an 8-bit BGR image; with a mask only the pixels it selects count.
Score ScoreOf(const cv::Mat& image, const cv::Mat& truth, const cv::Mat& mask = {});

/// The best score over shifts of up to 3 pixels in steps of a quarter (as Levin et al., CVPR 2009,
/// and Koehler et al., ECCV 2012, score: a blind method cannot know where an off-centre kernel put
/// the image), over the part of the image that every shift fills. PSNR decides.
Score BestShiftScore(const cv::Mat& image, const cv::Mat& truth);

/// Largest normalised cross-correlation of two kernels over all shifts, 0 to 1 (Hu and Yang, "Good
/// Regions to Deblur", ECCV 2012, equation 1).
double KernelSimilarity(const cv::Mat& estimate, const cv::Mat& truth);

}  // namespace facedeblur
