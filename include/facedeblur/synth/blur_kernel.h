#pragma once

#include <opencv2/core.hpp>

#include "facedeblur/util/random.h"

namespace facedeblur {

/// Blur kernels (point spread functions): square, odd size, CV_32F, entries >= 0 that sum to 1. A
/// picture is blurred by correlating it with the kernel.

/// Camera shake after Boracchi and Foi, "Modeling the performance of image restoration from motion
/// blur" (IEEE TIP 21-8, 2012): a trajectory with inertia, a pull towards its start, random jerks
/// and rare reversals, drawn with sub-pixel weights; as wide as `size` allows. `size` odd, at
/// least 3.
cv::Mat CameraShakeKernel(int size, Random* random);

/// The image of a point through a round aperture out of focus: a disc of `radius` pixels with a rim
/// one pixel soft.
cv::Mat DefocusKernel(double radius);

/// An anisotropic Gaussian, its first axis turned by `angle` radians.
cv::Mat GaussianKernel(double sigma_x, double sigma_y, double angle);

/// One blur after another: the full convolution of two kernels.
cv::Mat ComposeKernels(const cv::Mat& first, const cv::Mat& second);

/// Shifts a kernel by whole pixels so that its centre of mass is in the middle: an off-centre
/// kernel also moves the picture, which nothing that sees only the blurred picture can know.
cv::Mat CenterKernel(const cv::Mat& kernel);

/// Cuts (and renormalises) or pads a kernel to another odd size, keeping its middle.
cv::Mat FitKernel(const cv::Mat& kernel, int size);

/// What RandomKernel() draws from.
struct KernelOptions {
  int min_shake = 5;       ///< smallest camera shake, pixels
  int max_size = 27;       ///< largest kernel of any kind, pixels; odd
  double none = 0.06;      ///< share of pictures that are sharp
  double gaussian = 0.12;  ///< share of Gaussians, sigma 0.5 to 4 on either axis
  double defocus = 0.12;   ///< share of discs, radius 0.8 to 7
  double composed = 0.10;  ///< share of shakes with a small Gaussian or disc on top
};

/// A centred kernel of KernelOptions::max_size, drawn by the shares above; the rest is camera
/// shake.
cv::Mat RandomKernel(const KernelOptions& options, Random* random);

}  // namespace facedeblur
