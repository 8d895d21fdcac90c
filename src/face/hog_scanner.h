#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <vector>

namespace facedeblur {

/// A window that looks like a face.
struct HogWindow {
  long left = 0;  ///< like the others in pixels of the image that was searched
  long top = 0;
  long right = 0;   ///< inclusive
  long bottom = 0;  ///< inclusive
  double score = 0;
  bool added = false;  ///< found by one of the added sub-detectors
};

/// dlib's HOG detector for frontal faces (dlib's frontal_face_detector.h) with sub-detectors added
/// to it, in a library of its own.
/// The library is built twice, for any x86-64 processor and for those with AVX2, and the dynamic
/// linker takes the one that the machine can run (glibc-hwcaps). Scan() may be called from several
/// threads.
class HogScanner {
 public:
  /// `added` are sub-detectors as in FinderFile. Throws std::invalid_argument where one does not
  /// fit the window of 80 x 80 pixels.
  explicit HogScanner(const std::vector<std::vector<float>>& added = {});
  ~HogScanner();
  HogScanner(const HogScanner&) = delete;
  HogScanner& operator=(const HogScanner&) = delete;

  /// Windows of dlib's own sub-detectors that score less are doubtful: see models/README.md.
  static constexpr double kSure = 0;

  /// Searches a CV_8UC1 image for faces that fill windows of 80 pixels and more. Those that dlib's
  /// own sub-detectors are sure of come first, then all others that overlap nothing better; both
  /// are sorted by score.
  std::vector<HogWindow> Scan(const cv::Mat& grey, double threshold) const;

 private:
  struct Detector;
  std::unique_ptr<const Detector> detector_;
};

}  // namespace facedeblur
