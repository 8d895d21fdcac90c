#pragma once

#include <opencv2/core.hpp>

namespace facedeblur {

/// A grid of pixels that an image is restored on, and the blur kernel there.
struct FinerGrid {
  cv::Size size;
  cv::Mat kernel;
};

/// The grid for an image of this size with this kernel (CV_32F, square, sums to 1): up to half as
/// fine again where the blur is small, else the same. Between pixels a kernel is known better than
/// on them: it is taken off more exactly where they are closer. What it is worth:
/// models/EXPERIMENTS.md. Sides are multiples of 32 where they are not the same.
FinerGrid ChooseGrid(cv::Size size, const cv::Mat& kernel);

}  // namespace facedeblur
