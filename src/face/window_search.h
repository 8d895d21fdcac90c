#pragma once

#include <memory>
#include <opencv2/core.hpp>
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

/// Who reads landmarks. Each may be null.
struct LandmarkReaders {
  std::unique_ptr<const LandmarkReader> usual;    ///< of faces that the search is sure of ...
  std::unique_ptr<const LandmarkReader> blurred;  ///< ... and of others; it can tell a face
};

/// Which windows are faces: those of dlib's own sub-detectors that score as much as the threshold.
/// Added sub-detectors' windows and those of lower scores are doubtful. They count where the reader
/// of blurred faces takes them for faces, and no better window has its middle in them or the other
/// way round. Without it, added ones that score as much count as well.
class WindowSearch {
 public:
  /// So far below the threshold windows are looked at.
  static constexpr double kDoubt = 1;

  /// Windows that score less are read by the reader of blurred faces where there is one, and so are
  /// doubtful ones: see models/README.md.
  static constexpr double kSure = 0;

  /// `face_limit` is the logit from which a doubtful window counts (FinderFile).
  WindowSearch(std::unique_ptr<const HogScanner> scanner, LandmarkReaders readers,
               double face_limit = 0);

  /// Faces in a CV_8UC1 image, without doubtful ones below the threshold unless `doubts`. May be
  /// called from several threads.
  std::vector<FoundWindow> Search(const cv::Mat& grey, double threshold, bool doubts) const;

  /// The face that is known to be in a square of a CV_8UC1 image, sharp enough for the usual
  /// reader.
  FaceReading ReadKnown(const cv::Mat& grey, const cv::Rect& square) const;

 private:
  FaceReading Read(const cv::Mat& grey, const HogWindow& window, bool doubtful) const;

  std::unique_ptr<const HogScanner> scanner_;
  LandmarkReaders readers_;
  double face_limit_;
};

}  // namespace facedeblur
