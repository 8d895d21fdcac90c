#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <vector>

#include "face/hog_scanner.h"
#include "face/landmark_reader.h"
#include "facedeblur/face/face_odds.h"

namespace facedeblur {

/// A face that was found.
struct FoundWindow {
  HogWindow window;
  FaceReading reading;  ///< empty where nobody reads landmarks
  /// The face: where its reader places it, or else the window.
  cv::Rect square;
  /// The window's score or, where somebody has told how much of a face it is, the score that makes
  /// dlib's own windows as likely to be faces.
  double score = 0;
};

/// The pixels of a window.
cv::Rect RectOf(const HogWindow& window);

/// Whether a window may be a face or not: it is an added sub-detector's, or scores less than
/// HogScanner::kSure.
bool IsDoubtful(double score, bool added);

/// Who reads landmarks. Each may be null.
struct LandmarkReaders {
  std::unique_ptr<const LandmarkReader> usual;    ///< of faces that the search is sure of ...
  std::unique_ptr<const LandmarkReader> blurred;  ///< ... and of others; it can tell a face
};

/// Which windows are faces: those that score as much as a threshold. Where there is a reader of
/// blurred faces, windows of added sub-detectors and those of low scores are doubtful: it reads
/// them, and again where their landmarks say that the face lies, since a face may fill its window
/// badly. What scores little but is sharp is no face. The odds make the better logit and their
/// score one score, and a face counts where no better one has its middle in it or the other way
/// round.
class WindowSearch {
 public:
  /// From this score on doubtful windows are looked at, from -1.25 on where others are sure.
  static constexpr double kLeast = -1.5;

  WindowSearch(std::unique_ptr<const HogScanner> scanner, LandmarkReaders readers,
               const FaceOdds& odds = {});

  /// Faces in a CV_8UC1 image: FoundWindow::score is at least the threshold. With `doubts`, and
  /// where there is a reader of blurred faces, windows that score less are read from kLeast on. A
  /// window is looked at again only where the first look is not enough for the threshold: so with a
  /// lower one the same face may be told to be less likely. May be called from several threads.
  std::vector<FoundWindow> Search(const cv::Mat& grey, double threshold, bool doubts) const;

  /// All windows of an image that score `least` and would be looked at, each of them read.
  std::vector<FoundWindow> Windows(const cv::Mat& grey, double least) const;

  /// The face that is known to be in a square of a CV_8UC1 image, sharp enough for the usual
  /// reader.
  FaceReading ReadKnown(const cv::Mat& grey, const cv::Rect& square) const;

 private:
  /// Whether it takes a look at the face to tell.
  bool IsToRead(const HogWindow& window) const;
  /// A window that is judged by its score alone.
  FoundWindow Know(const cv::Mat& grey, const HogWindow& window) const;
  /// A window that is judged by its score and what the reader of blurred faces says. With `enough`
  /// at the first look there is no second one.
  FoundWindow Judge(const cv::Mat& grey, const HogWindow& window, double enough) const;

  std::unique_ptr<const HogScanner> scanner_;
  LandmarkReaders readers_;
  FaceOdds odds_;
};

}  // namespace facedeblur
