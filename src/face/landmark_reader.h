#pragma once

#include <limits>
#include <opencv2/core.hpp>
#include <optional>
#include <vector>

namespace facedeblur {

struct FaceReading {
  std::vector<cv::Point2d> landmarks;  ///< in the order of kLandmarkScheme
  /// Logit of the probability that it is a face, where the reader can tell.
  std::optional<double> face;
  /// Where the search would have its window for these landmarks; empty where the reader cannot
  /// tell, or would not know what to make of them.
  cv::Rect square;
};

/// Reads the landmarks of a face that the search has found.
class LandmarkReader {
 public:
  virtual ~LandmarkReader() = default;

  static constexpr double kAnyFace = -std::numeric_limits<double>::infinity();

  /// The face in `window` of a CV_8UC1 image; landmarks are in the image's pixels. What turns out
  /// to be a face with a logit below `least` need not be read to the end. May be called from
  /// several threads.
  virtual FaceReading Read(const cv::Mat& grey, const cv::Rect& window, double least) const = 0;
  FaceReading Read(const cv::Mat& grey, const cv::Rect& window) const {
    return Read(grey, window, kAnyFace);
  }
};

}  // namespace facedeblur
