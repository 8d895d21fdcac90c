#include "face/turned_search.h"

#include <algorithm>
#include <limits>
#include <opencv2/core.hpp>
#include <utility>

#include "face/grey_copy.h"
#include "facedeblur/face/face_odds.h"

namespace facedeblur {
namespace {

constexpr double kFewPixels = 500'000;  ///< so many are searched in turned copies in any case
/// Lines of text look like faces where they stand upright: in 24 made-up pages, searches of turned
/// copies found 36 with scores of 0 to 0.35. So an angle counts where one face scores so much above
/// the threshold ...
constexpr double kTurnedProof = 0.65;
/// ... and with it all that score so much above it.
constexpr double kTurnedMargin = 0.25;
/// dlib's detector takes one in five faces that are upside down for upright ones elsewhere in the
/// head, with scores up to 0.7 (sharp) and 0.9 (blurred); the true ones score higher by far. So
/// upside down is tried as well where the best score is below this ...
constexpr double kConvincing = 0.5;
/// ... and believed where it is so much better. Of 942 photos whose faces were found upright, sharp
/// and blurred by up to 35 pixels, none scored better on its side or upside down by more than 0.35.
constexpr double kTurnedGain = 0.4;
/// Faces that are turned by 45 degrees are found upright with scores of 0.8 to 1.7, but with
/// landmarks that are far off. Where faces may have any angle, this is what needs no second look.
constexpr double kBeyondDoubt = 2;
/// Side of a copy that is turned by 45 degrees, pixels: of a panorama it is mostly empty corners.
constexpr double kLargestSide = 14'000;

/// The turned copies to search, degrees, where the best face upright has this score.
std::vector<int> TurnsOf(const DetectorOptions& options, double best_upright) {
  if (!options.search_turned || best_upright >= kBeyondDoubt) return {};
  if (options.any_rotation) return {45, 90, 135, 180, 225, 270, 315};
  if (best_upright < ScoreOfProbability(options.threshold)) return {90, 180, 270};
  if (best_upright < kConvincing) return {180};
  return {};
}

double BestScore(const std::vector<DetectedFace>& faces) {
  double best = -std::numeric_limits<double>::infinity();
  for (const DetectedFace& face : faces) best = std::max(best, face.score);
  return best;
}

/// Turned, a face may be found twice, in copies of two sizes. What overlaps a face at another angle
/// is taken for a wrong find in the same head.
bool AreOneFace(const DetectedFace& a, const DetectedFace& b) {
  if (a.turned != b.turned) return (a.box & b.box).area() > 0;
  if (a.turned == 0) return false;
  const auto middle = [](const cv::Rect2f& box) { return 0.5F * (box.tl() + box.br()); };
  return a.box.contains(middle(b.box)) || b.box.contains(middle(a.box));
}

/// Of what was found several times, what scored best, with a preference for upright faces.
std::vector<DetectedFace> BestOfEach(std::vector<DetectedFace> found) {
  const auto rank = [](const DetectedFace& face) {
    return face.turned == 0 ? face.score + kTurnedGain : face.score;
  };
  std::stable_sort(found.begin(), found.end(),
                   [&](const DetectedFace& a, const DetectedFace& b) { return rank(a) > rank(b); });
  std::vector<DetectedFace> best;
  for (DetectedFace& face : found) {
    const bool known = std::any_of(best.begin(), best.end(), [&](const DetectedFace& other) {
      return AreOneFace(face, other);
    });
    if (!known) best.push_back(std::move(face));
  }
  return best;
}

/// Faces at the other angles. Small copies tell which angles are worth a search of the whole copy
/// for smaller faces. A photo lies on its side as a whole, so that is done for right angles only.
std::vector<DetectedFace> SearchTurned(const DetectorOptions& options, cv::Size photo,
                                       const cv::Mat& grey, double scale,
                                       const std::vector<int>& turns, const AngleSearch& search) {
  const double small_scale = TurnedScale(options, photo);
  const cv::Mat small = small_scale < scale ? Scaled(grey, small_scale / scale) : grey;
  const double upright_threshold = ScoreOfProbability(options.threshold);
  const double threshold = upright_threshold + kTurnedMargin;
  std::vector<DetectedFace> found;
  for (const int turn : turns) {
    std::vector<DetectedFace> faces = search(small, small_scale, turn, threshold);
    if (BestScore(faces) < upright_threshold + kTurnedProof) continue;
    if (small_scale < scale && turn % 90 == 0) {
      const std::vector<DetectedFace> more = search(grey, scale, turn, threshold);
      faces.insert(faces.end(), more.begin(), more.end());
    }
    found.insert(found.end(), faces.begin(), faces.end());
  }
  return found;
}

}  // namespace

const char* DescribeTurns(const DetectorOptions& options) {
  if (!options.search_turned) return "";
  return options.any_rotation ? ", turned by 45" : ", turned by 90";
}

double TurnedScale(const DetectorOptions& options, cv::Size photo) {
  double scale = DetectionScale(options, photo);
  if (options.min_face == 0) {
    const double few = std::sqrt(kFewPixels / (static_cast<double>(photo.width) * photo.height));
    scale = std::min(scale, std::max(scale / 2, few));
  }
  if (!options.any_rotation) return scale;
  return std::min(scale, kLargestSide / (std::sqrt(0.5) * (photo.width + photo.height)));
}

std::vector<DetectedFace> SearchAngles(const DetectorOptions& options, cv::Size photo,
                                       const cv::Mat& grey, double scale,
                                       const AngleSearch& search) {
  std::vector<DetectedFace> upright = search(grey, scale, 0, ScoreOfProbability(options.threshold));
  const double best = BestScore(upright);
  const std::vector<int> turns = TurnsOf(options, best);
  if (turns.empty()) return upright;
  std::vector<DetectedFace> turned = SearchTurned(options, photo, grey, scale, turns, search);
  if (options.any_rotation) {
    turned.insert(turned.end(), upright.begin(), upright.end());
    return BestOfEach(std::move(turned));
  }
  // The photo lies so as a whole.
  if (BestScore(turned) > best + kTurnedGain) return BestOfEach(std::move(turned));
  return upright;
}

}  // namespace facedeblur
