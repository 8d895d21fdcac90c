#include "facedeblur/eval/finder_protocol.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <opencv2/imgproc.hpp>

#include "facedeblur/dataset/blur_kernel.h"
#include "facedeblur/face/chip.h"
#include "facedeblur/face/landmark_distance.h"
#include "facedeblur/face/overlap.h"
#include "facedeblur/image/codec.h"
#include "facedeblur/image/image_files.h"
#include "facedeblur/image/sample_depth.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/random.h"
#include "facedeblur/util/task_pool.h"

namespace facedeblur {
namespace fs = std::filesystem;
namespace {

constexpr float kLeastOverlap = 0.5F;  // as in the PASCAL VOC challenges

bool AnglesAgree(int a, int b) {
  const int apart = std::abs(a - b) % 360;
  return std::min(apart, 360 - apart) <= 45;
}

/// A true face, one that was found, and how well their squares agree.
struct Match {
  std::size_t truth;
  std::size_t found;
  float overlap;
};

/// All that may be the same face, the best first.
std::vector<Match> PossibleMatches(const std::vector<DetectedFace>& truth,
                                   const std::vector<DetectedFace>& found) {
  std::vector<Match> matches;
  for (std::size_t t = 0; t < truth.size(); ++t) {
    for (std::size_t f = 0; f < found.size(); ++f) {
      const float overlap = Overlap(truth[t].box, found[f].box);
      if (overlap < kLeastOverlap || !AnglesAgree(truth[t].turned, found[f].turned)) continue;
      matches.push_back({t, f, overlap});
    }
  }
  std::stable_sort(matches.begin(), matches.end(),
                   [](const Match& a, const Match& b) { return a.overlap > b.overlap; });
  return matches;
}

/// As restoring does: what cannot be aligned is no face after all.
std::vector<DetectedFace> FindFaces(const FaceDetector& detector, const cv::Mat& photo) {
  std::vector<DetectedFace> faces = detector.Detect(photo);
  faces.erase(
      std::remove_if(faces.begin(), faces.end(),
                     [](const DetectedFace& face) { return !CanBeAligned(face.landmarks); }),
      faces.end());
  return faces;
}

cv::Mat ReadPhoto(const fs::path& file) {
  std::string warning;
  return ToEightBits(ToFloatBgr(DecodeImage(ReadFile(file), {}, &warning).pixels));
}

/// Detectors look at grey alone, and grey is the same blurred before or after.
cv::Mat ToGrey(const cv::Mat& photo) {
  cv::Mat grey;
  cv::cvtColor(photo, grey, cv::COLOR_BGR2GRAY);
  return grey;
}

/// Pixels of the photo that a blur size stands for; odd.
int KernelSize(int blur_size, const std::vector<DetectedFace>& faces) {
  const double scale = faces.empty() ? 1 : faces[faces.size() / 2].box.width / kFinderFace;
  return OddKernelSize(blur_size * scale);
}

/// Empty where a size of the protocol is 0, no blur.
cv::Mat ShakeKernel(int blur_size, const std::vector<DetectedFace>& faces, Random random) {
  if (blur_size == 0) return {};
  return CenterKernelExactly(CameraShakeKernel(KernelSize(blur_size, faces), &random));
}

/// A copy, where the kernel is empty.
cv::Mat Blurred(const cv::Mat& photo, const cv::Mat& kernel) {
  if (kernel.empty()) return photo.clone();
  cv::Mat blurred;
  cv::filter2D(photo, blurred, -1, kernel, {-1, -1}, 0, cv::BORDER_REFLECT_101);
  return blurred;
}

struct Detectors {
  const FaceDetector& stock;  ///< tells the truth, from sharp photos
  const FaceDetector& detector;
  bool stock_is_scored;
  const RestoreFaces& restore;  ///< may be empty
};

/// The searches of one photo; its number decides its kernels.
FinderEvaluation EvaluatePhoto(const cv::Mat& photo, std::size_t number, const Detectors& who,
                               const FinderProtocol& protocol) {
  const cv::Mat grey = ToGrey(photo);
  const std::vector<DetectedFace> faces = FindFaces(who.stock, grey);
  FinderEvaluation evaluation{1, faces.size(), 0, {}, {}, {}};
  const auto kernels = static_cast<std::size_t>(protocol.kernels_per_photo);
  for (const int blur_size : protocol.blur_sizes) {
    FinderScore score;
    FinderScore stock_score;
    FinderScore restored_score;
    for (std::size_t k = 0; k < kernels; ++k) {
      const cv::Mat kernel =
          ShakeKernel(blur_size, faces, Random(protocol.seed, number * kernels + k));
      const cv::Mat blurred = Blurred(grey, kernel);
      score += ScoreSearch(faces, FindFaces(who.detector, blurred));
      if (who.stock_is_scored) {
        stock_score += ScoreSearch(faces, blur_size == 0 ? faces : FindFaces(who.stock, blurred));
      }
      if (who.restore) {
        cv::Mat restored = Blurred(photo, kernel);
        restored_score += ScoreSearch(faces, who.restore(&restored));
      }
    }
    evaluation.by_size.push_back(score);
    if (who.stock_is_scored) evaluation.stock_by_size.push_back(stock_score);
    if (who.restore) evaluation.restored_by_size.push_back(restored_score);
  }
  return evaluation;
}

void Add(const std::vector<FinderScore>& scores, std::vector<FinderScore>* sums) {
  sums->resize(std::max(sums->size(), scores.size()));
  for (std::size_t i = 0; i < scores.size(); ++i) (*sums)[i] += scores[i];
}

std::optional<double> Ratio(double part, std::size_t whole) {
  if (whole == 0) return std::nullopt;
  return part / static_cast<double>(whole);
}

}  // namespace

std::optional<double> FinderScore::Recall() const {
  return Ratio(static_cast<double>(found), faces);
}

std::optional<double> FinderScore::FalseFacesPerPhoto() const {
  return Ratio(static_cast<double>(false_faces), searches);
}

std::optional<double> FinderScore::LandmarkError() const {
  return Ratio(100 * landmark_errors, found);
}

FinderScore& FinderScore::operator+=(const FinderScore& other) {
  searches += other.searches;
  faces += other.faces;
  found += other.found;
  false_faces += other.false_faces;
  landmark_errors += other.landmark_errors;
  return *this;
}

FinderScore ScoreSearch(const std::vector<DetectedFace>& truth,
                        const std::vector<DetectedFace>& found) {
  FinderScore score;
  score.searches = 1;
  score.faces = truth.size();
  std::vector<bool> truth_taken(truth.size());
  std::vector<bool> found_taken(found.size());
  for (const Match& match : PossibleMatches(truth, found)) {
    if (truth_taken[match.truth] || found_taken[match.found]) continue;
    truth_taken[match.truth] = found_taken[match.found] = true;
    ++score.found;
    score.landmark_errors +=
        LandmarkDistance(truth[match.truth].landmarks, found[match.found].landmarks);
  }
  score.false_faces = found.size() - score.found;
  return score;
}

FinderEvaluation EvaluateFinder(const fs::path& folder, const FaceDetector& stock,
                                const FaceDetector& detector, const FinderProtocol& protocol,
                                std::size_t threads, const RestoreFaces& restore) {
  const std::vector<fs::path> files = ListImageFiles(folder);
  const Detectors who{stock, detector, stock.identity().Key() != detector.identity().Key(),
                      restore};
  std::vector<FinderEvaluation> photos(files.size());
  RunParallel(threads, files.size(), [&](std::size_t i) {
    cv::Mat photo;
    try {
      photo = ReadPhoto(files[i]);
    } catch (const std::exception&) {
      photos[i].unreadable = 1;  // a damaged file among thousands is not worth stopping for
      return;
    }
    photos[i] = EvaluatePhoto(photo, i, who, protocol);
  });
  FinderEvaluation all;
  for (const FinderEvaluation& photo : photos) {
    all.photos += photo.photos;
    all.faces += photo.faces;
    all.unreadable += photo.unreadable;
    Add(photo.by_size, &all.by_size);
    Add(photo.stock_by_size, &all.stock_by_size);
    Add(photo.restored_by_size, &all.restored_by_size);
  }
  if (all.photos == 0) throw Error(ErrorKind::kInput, folder.string() + ": no photo can be read");
  return all;
}

}  // namespace facedeblur
