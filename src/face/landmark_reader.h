#pragma once

#include <opencv2/core.hpp>
#include <optional>
#include <vector>

namespace facedeblur {

struct FaceReading {
  std::vector<cv::Point2d> landmarks;  ///< in the order of kLandmarkScheme
  /// Logit of the probability that it is a face, where the reader can tell.
  std::optional<double> face;
};

/// Reads the landmarks of a face that the search has found.
class LandmarkReader {
 public:
  virtual ~LandmarkReader() = default;

  /// The face in `window` of a CV_8UC1 image; landmarks are in the image's pixels. May be called
  /// from several threads.
  virtual FaceReading Read(const cv::Mat& grey, const cv::Rect& window) const = 0;
};

}  // namespace facedeblur
