#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <string>

#include "facedeblur/face/chip.h"
#include "facedeblur/util/task_pool.h"

namespace facedeblur {

/// How a face is blurred, as a restorer sees it.
struct BlurEstimate {
  /// CV_32F, square, entries sum to 1; an image is the sharp one correlated with it. Empty where
  /// the network estimates none.
  cv::Mat kernel;
  double scale = 1;  ///< pixels of the kernel for one of the chip: below 1 under heavy blur
  /// 0..1, of the estimates from the chip and from its mirror image (Bhattacharyya coefficient).
  double agreement = 1;
  double weight = 1;  ///< 0..1, of the change: a face that is sharp already is left nearly alone
};

/// Makes one aligned face chip sharp. Its functions may be called from several threads at once, and
/// their results depend on their arguments alone. What can be done at the same time goes through
/// `parallel`, which changes no bit. Chips and regions are CV_32FC3, BGR, 0..1.
class FaceRestorer {
 public:
  virtual ~FaceRestorer() = default;

  /// Square chip of any size that is a multiple of 32 -> the same size, type and range.
  virtual cv::Mat Restore(const cv::Mat& chip, const ParallelFor& parallel) const = 0;
  cv::Mat Restore(const cv::Mat& chip) const { return Restore(chip, RunInOrder); }

  /// The blur seen in a chip as for Restore().
  virtual BlurEstimate EstimateBlur(const cv::Mat& /*chip*/,
                                    const ParallelFor& /*parallel*/) const {
    return {};
  }

  /// Restores a region with the blur of a face: the face's chip, or what surrounds it at the chip's
  /// scale. Sides are multiples of 16 and at least 64 pixels at the kernel's scale. Where the
  /// network estimates no kernel, the region must be the chip.
  virtual cv::Mat RestoreRegion(const cv::Mat& region, const BlurEstimate& /*blur*/,
                                const ParallelFor& parallel) const {
    return Restore(region, parallel);
  }

  /// How chips for this restorer are to be cut.
  virtual const ChipTemplate& chip_template() const = 0;

  /// One line for people: network and weights.
  virtual std::string Describe() const = 0;
};

/// A restorer that gives every chip back as it is, cut for the face network's template. The
/// pipeline with it must change no pixel.
std::unique_ptr<FaceRestorer> MakeIdentityRestorer();

}  // namespace facedeblur
