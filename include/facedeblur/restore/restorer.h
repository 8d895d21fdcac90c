#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <string>

#include "facedeblur/face/chip.h"
#include "facedeblur/util/task_pool.h"

namespace facedeblur {

/// Makes one aligned face chip sharp. Restore() may be called from several threads at once, and its
/// result depends on the chip alone.
class FaceRestorer {
 public:
  virtual ~FaceRestorer() = default;

  /// Square CV_32FC3 chip (BGR, 0..1) of any size that is a multiple of 32 -> the same size, type
  /// and range. What can be done at the same time goes through `parallel`, which changes no bit.
  virtual cv::Mat Restore(const cv::Mat& chip, const ParallelFor& parallel) const = 0;
  cv::Mat Restore(const cv::Mat& chip) const { return Restore(chip, RunInOrder); }

  /// The blur kernel seen in a chip, at the chip's scale: CV_32F, entries sum to 1, an image being
  /// the sharp one correlated with it. Empty where the network estimates none.
  virtual cv::Mat EstimateKernel(const cv::Mat& /*chip*/) const { return {}; }

  /// How chips for this restorer are to be cut.
  virtual const ChipTemplate& chip_template() const = 0;

  /// One line for people: network and weights.
  virtual std::string Describe() const = 0;
};

/// A restorer that gives every chip back as it is, cut for the face network's template. The
/// pipeline with it must change no pixel.
std::unique_ptr<FaceRestorer> MakeIdentityRestorer();

}  // namespace facedeblur
