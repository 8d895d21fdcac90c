#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <string>
#include <variant>
#include <vector>

#include "facedeblur/dataset/pair_options.h"
#include "facedeblur/dataset/random_streams.h"

namespace facedeblur {

/// What one image goes through; by default nothing but rounding to 8 bits.
struct Degradation {
  cv::Mat kernel = cv::Mat::ones(1, 1, CV_32F);  ///< as in blur_kernel.h
  std::string kernel_kind = "none";              ///< DrawnKernel::kind
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

/// One member of what the manifest tells of a pair.
struct ManifestField {
  const char* name;
  std::variant<bool, int, double, std::string> value;
};

/// One kind of degradation, and all that the program knows of it.
struct DegradationEntry {
  const char* name;                  ///< also of its random stream: another name, other draws
  std::vector<RangeOption> options;  ///< what draw() draws from
  void (*draw)(const PairOptions& options, Random* random, Degradation* degradation);
  /// CV_32FC3, 0..1, to the same. Null for what the blur itself takes into account.
  cv::Mat (*apply)(const cv::Mat& image, const Degradation& degradation);
  std::vector<ManifestField> (*manifest)(const Degradation& degradation);
};

/// All kinds, in the order in which they are applied.
const std::vector<DegradationEntry>& DegradationTable();

/// Draws every kind from its own stream: what one draws changes nothing of another.
Degradation DrawDegradation(const PairOptions& options, const RandomStreams& streams,
                            const std::vector<DegradationEntry>& table = DegradationTable());

/// Blurs, then adds noise, resampling, 8-bit rounding and JPEG. CV_32FC3, 0..1, to the same,
/// smaller by kernel size - 1: all of the result has real surroundings. Depends on nothing but its
/// arguments.
cv::Mat Degrade(const cv::Mat& sharp, const Degradation& degradation);

}  // namespace facedeblur
