#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "facedeblur/pipeline/image_processor.h"

namespace facedeblur {

/// A face that saw a blur of its photo.
struct BlurWitness {
  cv::Point2d centre;  ///< in the photo, pixels
  double reach = 0;    ///< pixels: half of its weight is left at this distance
  double trust = 0;    ///< 0..1: the weight of the face's change, times its confidence
};

/// A blur that one or several faces of a photo agree on.
struct SharedBlur {
  cv::Mat kernel;  ///< CV_32F, square, odd, entries sum to 1, in the photo's axes
  std::vector<BlurWitness> witnesses;

  /// How much the faces tell of the blur at a place of the photo: above 0.
  double WeightAt(cv::Point2d place) const;
};

/// The blurs that the restored faces of one photo show, at one scale for all.
struct PhotoBlur {
  double scale = 1;  ///< kernel pixels for one of the photo, at most 1
  std::vector<SharedBlur> blurs;
};

/// Turns the faces' kernels into the photo's axes and takes the mean of those that agree, weighed
/// by how far each is trusted. A shaken camera gives one blur; a face that moved by itself gives
/// its own. Empty where no face is seen to be blurred.
PhotoBlur FindPhotoBlur(const std::vector<FaceTask>& faces);

/// The kernel of each face in the light of the others: the mean of its own and of those that agree
/// with it, weighed likewise, at the scale and in the axes of its own. Empty where none agrees.
std::vector<cv::Mat> ShareKernels(const std::vector<FaceTask>& faces);

}  // namespace facedeblur
