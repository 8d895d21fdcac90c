#pragma once

#include <filesystem>
#include <functional>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "facedeblur/face/detector.h"
#include "facedeblur/util/random.h"

namespace facedeblur {

/// A sharp face in memory.
struct SharpFace {
  cv::Mat pixels;       ///< CV_8UC3, BGR: the face with its surroundings, cut out of its photo
  Landmarks landmarks;  ///< pixels of the cutting
  std::vector<cv::Point2f> alignment;  ///< the five points that chips are placed by, likewise
  cv::Size photo_size;                 ///< of the photo it was cut out of
  cv::Point offset;                    ///< of the cutting in that photo
  std::size_t folder = 0;              ///< which of the folders it came from
  std::filesystem::path source;
};

/// What chips are placed by: the face's landmarks, which is what restoring does, or the detector's
/// square alone, to tell what alignment is worth.
enum class AlignBy { kLandmarks, kSquare };

struct FaceSetOptions {
  std::vector<std::filesystem::path> folders;
  AlignBy align_by = AlignBy::kLandmarks;
  /// File that keeps landmarks, so that the search runs once for a detector and a photo; or none.
  /// It keeps no squares, so AlignBy::kSquare searches anyway.
  std::filesystem::path cache;
  std::size_t threads = 1;
  std::size_t min_faces = 1;        ///< fewer are an error
  std::function<bool()> stop = {};  ///< asked before every file; the search ends early where true
};

/// Sharp faces to train on or to score with.
class FaceSet {
 public:
  /// Reads all images below the folders (sorted in each folder) and keeps the largest face of each.
  /// Images without a face are left out, and so are files that cannot be read: unreadable(). Throws
  /// Error(kInput) when there are too few faces.
  static FaceSet Load(const FaceSetOptions& options, const FaceDetector& detector);

  const std::vector<SharpFace>& faces() const { return faces_; }
  /// What was wrong with files, each by name.
  const std::vector<std::string>& unreadable() const { return unreadable_; }

  /// A random face. All folders are equally likely, however many faces they hold.
  const SharpFace& Draw(Random* random) const;

  /// Splits off every n-th face, for validation.
  FaceSet TakeEveryNth(std::size_t n);

 private:
  std::vector<SharpFace> faces_;  ///< folder by folder
  std::vector<std::string> unreadable_;
};

}  // namespace facedeblur
