#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "facedeblur/face/detector.h"

// How well a detector finds blurred faces. What it finds in a sharp photo is the truth; the photo
// is blurred as a whole and searched again.
namespace facedeblur {

struct FinderProtocol {
  /// Kernel sizes, pixels at a face of kFinderFace; 0: not blurred.
  std::vector<int> blur_sizes = {0, 9, 15, 21, 27, 35, 45};
  int kernels_per_photo = 1;  ///< of each size
  std::uint64_t seed = 2020;
};

/// Width of a face's square, pixels, to which FinderProtocol::blur_sizes refer. In each photo they
/// grow with the width of its median face; a photo without a face takes them as they are.
inline constexpr int kFinderFace = 128;

/// What searches found, summed up.
struct FinderScore {
  std::size_t searches = 0;
  std::size_t faces = 0;        ///< that there were, in all searches
  std::size_t found = 0;        ///< of them
  std::size_t false_faces = 0;  ///< found where there is none
  /// Over the found faces, the mean distance of a landmark from its true place, divided by the true
  /// distance of the eyes' outer corners.
  double landmark_errors = 0;

  // Nothing where there is nothing to divide by.
  std::optional<double> Recall() const;
  std::optional<double> FalseFacesPerPhoto() const;
  std::optional<double> LandmarkError() const;  ///< mean, percent of the eyes' outer distance

  FinderScore& operator+=(const FinderScore& other);
};

/// Scores one search. A face counts as found where the squares' intersection is at least half of
/// their union, and the angles at which they were found agree within 45 degrees; each face is found
/// once.
FinderScore ScoreSearch(const std::vector<DetectedFace>& truth,
                        const std::vector<DetectedFace>& found);

struct FinderEvaluation {
  std::size_t photos = 0;
  std::size_t faces = 0;             ///< in the sharp photos
  std::size_t unreadable = 0;        ///< files that are no photos
  std::vector<FinderScore> by_size;  ///< in the order of FinderProtocol::blur_sizes
  /// The same of dlib's stock models; empty where it was these that were scored.
  std::vector<FinderScore> stock_by_size;
  /// The same of the faces as they are told once they are restored; empty where none were.
  std::vector<FinderScore> restored_by_size;
};

/// Restores the faces of a photo, 8 bits of BGR, in place, and returns them. It is called from
/// several threads at once.
using RestoreFaces = std::function<std::vector<DetectedFace>(cv::Mat* photo)>;

/// Searches all photos below `folder` with `detector`. The faces that `stock`, dlib's stock models,
/// finds in the sharp photos are those to find. It is scored as well, unless it is the same
/// detector by its identity. Where `restore` is given, the faces that it returns are scored as
/// well: their landmarks may be better known by then. The result does not depend on the number
/// of threads. The kernels of a photo are the same path of the camera at all sizes, centred, with
/// a mirrored border and 8-bit rounding. Throws Error(kInput) where there is no photo.
FinderEvaluation EvaluateFinder(const std::filesystem::path& folder, const FaceDetector& stock,
                                const FaceDetector& detector, const FinderProtocol& protocol,
                                std::size_t threads, const RestoreFaces& restore = {});

}  // namespace facedeblur
