#pragma once

#include <opencv2/core.hpp>

#include "facedeblur/util/random.h"

namespace facedeblur {

/// How a camera spoils a picture once it is blurred.
struct DegradationOptions {
  double linear_light = 0.5;  ///< share of pictures blurred in linear light (gamma 2.2) ...
  double highlights = 0.5;    ///< ... of those, share whose lights exceed white before the blur
  double max_noise = 0.02;    ///< read noise: standard deviation drawn from 0 to this
  double max_shot_noise =
      0.01;           ///< shot noise: variance per unit of light, square root drawn likewise
  double jpeg = 0.3;  ///< share that goes through JPEG ...
  int min_jpeg_quality = 70;  ///< ... of a quality from this ...
  int max_jpeg_quality = 97;  ///< ... to this
};

/// Correlates a CV_32FC3 picture (0..1) with a kernel and keeps the part that the kernel never
/// reaches over: the result is smaller by kernel size - 1, and all of it has real surroundings.
cv::Mat BlurInside(const cv::Mat& sharp, const cv::Mat& kernel);

/// Blurs as BlurInside() does, perhaps in linear light, then adds noise, 8-bit rounding and perhaps
/// JPEG, all drawn from `random`. CV_32FC3, 0..1.
cv::Mat Degrade(const cv::Mat& sharp, const cv::Mat& kernel, const DegradationOptions& options,
                Random* random);

}  // namespace facedeblur
