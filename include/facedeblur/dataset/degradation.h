#pragma once

#include <cstdint>
#include <opencv2/core.hpp>

#include "facedeblur/util/random.h"

namespace facedeblur {

/// What a camera, and what people do to its photos, adds to a blur. Shares are of pictures.
struct DegradationOptions {
  double linear_light = 0.5;  ///< share blurred in linear light (gamma 2.2) ...
  double highlights = 0.5;    ///< ... of those, share whose lights exceed white before the blur
  double variation = 0.15;    ///< share whose blur varies over the picture ...
  double max_turn = 10;       ///< ... by turning up to this from end to end, degrees ...
  double max_stretch = 0.15;  ///< ... and growing or shrinking by up to this part
  double max_noise = 0.02;    ///< read noise: standard deviation drawn from 0 to this
  double max_shot_noise =
      0.01;  ///< shot noise: variance per unit of light, its square root drawn likewise
  double resample = 0.15;      ///< share that is shrunk and enlarged again ...
  double min_resample = 0.65;  ///< ... to this size at the smallest
  double jpeg = 0.3;           ///< share that goes through JPEG ...
  int min_jpeg_quality = 70;   ///< ... of a quality from this ...
  int max_jpeg_quality = 97;   ///< ... to this
};

/// What one picture goes through.
struct Degradation {
  bool linear_light = false;
  double highlight_lift = 0;  ///< how far lights exceed white; 0: they do not
  double turn = 0;            ///< of the kernel, from end to end, degrees
  double stretch = 0;         ///< of the kernel, from end to end, part of its size
  double direction = 0;       ///< in which the blur varies, radians
  double read_noise = 0;      ///< standard deviation, range 0..1
  double shot_noise = 0;      ///< square root of the variance per unit of light
  std::uint64_t noise_seed = 0;
  double resample = 1;   ///< size it is shrunk to before it is enlarged again
  int jpeg_quality = 0;  ///< 0: no JPEG
};

Degradation DrawDegradation(const DegradationOptions& options, Random* random);

/// Correlates a CV_32FC3 picture (0..1) with a kernel and keeps the part that the kernel never
/// reaches over: the result is smaller by kernel size - 1, and all of it has real surroundings.
cv::Mat BlurInside(const cv::Mat& sharp, const cv::Mat& kernel);

/// As BlurInside(), with a kernel that varies smoothly over the picture: `kernel` in its middle,
/// turned and stretched towards its ends (a blend of the two ends' blurs, as in Nagy and O'Leary,
/// "Restoring images degraded by spatially variant blur", SIAM J. Sci. Comput. 19-4, 1998).
cv::Mat BlurVarying(const cv::Mat& sharp, const cv::Mat& kernel, double turn_degrees,
                    double stretch, double direction);

/// Blurs, then adds noise, resampling, 8-bit rounding and JPEG. CV_32FC3, 0..1, smaller by kernel
/// size - 1; depends on nothing but its arguments.
cv::Mat Degrade(const cv::Mat& sharp, const cv::Mat& kernel, const Degradation& degradation);

}  // namespace facedeblur
