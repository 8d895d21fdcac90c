#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "face/hog_scanner.h"
#include "face/landmark_reader.h"

namespace facedeblur {

/// A face that was found.
struct FoundWindow {
  HogWindow window;
  FaceReading reading;  ///< empty where nobody reads landmarks
  bool doubtful = false;
};

/// The pixels of a window.
cv::Rect RectOf(const HogWindow& window);

/// Which windows are faces: those of dlib's own sub-detectors that score as much as the threshold.
/// Added sub-detectors' windows and those of lower scores are doubtful. They count where the reader
/// of landmarks takes them for faces. With a reader that cannot tell, added ones that score as much
/// count as well.
class WindowSearch {
 public:
  /// So far below the threshold windows are looked at.
  static constexpr double kDoubt = 1;

  /// `reader` may be null. `face_limit` is the logit from which a doubtful window counts (see
  /// FinderFile); without it the reader is not asked.
  WindowSearch(std::unique_ptr<const HogScanner> scanner,
               std::unique_ptr<const LandmarkReader> reader,
               std::optional<double> face_limit = std::nullopt);

  /// Faces in a CV_8UC1 image, without doubtful ones below the threshold unless `doubts`. May be
  /// called from several threads.
  std::vector<FoundWindow> Search(const cv::Mat& grey, double threshold, bool doubts) const;

 private:
  std::unique_ptr<const HogScanner> scanner_;
  std::unique_ptr<const LandmarkReader> reader_;
  std::optional<double> face_limit_;
};

}  // namespace facedeblur
