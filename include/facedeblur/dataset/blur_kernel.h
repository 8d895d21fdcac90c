#pragma once

#include <opencv2/core.hpp>
#include <string>

#include "facedeblur/util/random.h"

namespace facedeblur {

/// Blur kernels (point spread functions): square, odd size, CV_32F, entries >= 0 that sum to 1. An
/// image is blurred by correlating it with the kernel.

/// The odd number nearest to `size`, 3 at least.
int OddKernelSize(double size);

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

/// Shifts a kernel by whole pixels so that its centre of mass is in the middle. An off-centre
/// kernel also moves the image, and nobody who sees only the blurred image can know that.
cv::Mat CenterKernel(const cv::Mat& kernel);

/// The same by fractions of a pixel, to within 0.01: each entry is shared by its four new
/// neighbours, which widens the kernel by half a pixel at most.
cv::Mat CenterKernelExactly(const cv::Mat& kernel);

/// Cuts (and renormalises) or pads a kernel to another odd size, keeping its middle.
cv::Mat FitKernel(const cv::Mat& kernel, int size);

/// What RandomKernel() draws from.
struct KernelOptions {
  int min_shake = 5;        ///< smallest camera shake, pixels; odd, at least 3
  int max_size = 27;        ///< largest kernel of any kind, pixels; odd, at least min_shake
  double none = 0.06;       ///< share of images that are not blurred
  double gaussian = 0.12;   ///< share of Gaussians ...
  double min_sigma = 0.5;   ///< ... with a standard deviation on either axis from this ...
  double max_sigma = 4;     ///< ... to this, pixels
  double defocus = 0.12;    ///< share of discs ...
  double min_radius = 0.8;  ///< ... with a radius from this ...
  double max_radius = 7;    ///< ... to this, pixels
  double composed = 0.10;   ///< share of shakes with a small Gaussian on top; the rest is shake
  bool off_center = false;  ///< kernels stay where they were drawn
};

/// A kernel of KernelOptions::max_size and what it is: "none", "gaussian", "defocus", "composed" or
/// "shake".
struct DrawnKernel {
  cv::Mat kernel;
  std::string kind;
};
DrawnKernel RandomKernel(const KernelOptions& options, Random* random);

/// The same blur in an image that is smaller by a factor of 1 or more: each entry's weight goes to
/// the four places around its own. KxK, K odd -> smaller, odd.
cv::Mat ShrinkKernel(const cv::Mat& kernel, double factor);

/// The same blur elsewhere in the image: turned by `angle` radians and stretched by `scale`, as a
/// rolling camera or the depth of a scene makes it. The size stays; what grows beyond it is cut.
cv::Mat TransformKernel(const cv::Mat& kernel, double angle, double scale);

}  // namespace facedeblur
