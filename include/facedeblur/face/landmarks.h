#pragma once

#include <opencv2/core.hpp>
#include <string_view>
#include <vector>

namespace facedeblur {

/// Which points landmarks are. Everything that uses landmarks is written for kLandmarkScheme, so a
/// detector gives that one or does not load.
struct LandmarkScheme {
  const char* name;
  std::size_t count;

  bool operator==(const LandmarkScheme& other) const {
    return std::string_view(name) == other.name && count == other.count;
  }
};

/// The scheme of iBUG 300-W (Sagonas et al. 2013): jaw 0-16, brows 17-26, nose 27-35, eyes 36-47,
/// mouth 48-67. Left means left in the image.
inline constexpr LandmarkScheme kLandmarkScheme = {"iBUG-68", 68};
inline constexpr std::size_t kLandmarkCount = kLandmarkScheme.count;

/// The points of kLandmarkScheme in its order, image pixels.
using Landmarks = std::vector<cv::Point2f>;

struct DetectedFace {
  /// Where dlib's detector has its square, image pixels, or would have it for these landmarks
  /// where a network of the finder read them; may reach over the image's edge. Of a face that was
  /// found at an odd multiple of 45 degrees, an upright square of the same size and middle.
  cv::Rect2f box;
  /// The search's. Of a face that a network has judged, the score that would be as likely a face.
  double score = 0;
  double probability = 1;  ///< that it is a face
  Landmarks landmarks;
  int turned = 0;  ///< in which turned copy it was found: degrees clockwise from upright, 0 to 315
};

/// The five points that alignment uses, in this order: left eye's centre, right eye's centre, nose
/// tip, left and right mouth corner. Throws Error(kUsage) unless given 68 landmarks.
std::vector<cv::Point2f> AlignmentPoints(const Landmarks& landmarks);

/// Where the same five points are in a detector's square on average, for alignment without
/// landmarks: the mean of 290 portraits of members of the US Congress and of their mirror images,
/// from which faces differ by a tenth of their eyes' distance (standard deviation).
std::vector<cv::Point2f> MeanAlignmentPoints(const cv::Rect2f& square);

/// Mirrors landmarks of an image so many pixels wide, and gives them the numbers of the other side.
void MirrorLandmarks(int width, Landmarks* landmarks);

/// False where eyes, nose and mouth fall into one point, which has no direction and no size. Throws
/// as AlignmentPoints() does.
bool CanBeAligned(const Landmarks& landmarks);

}  // namespace facedeblur
