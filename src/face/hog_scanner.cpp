#include "face/hog_scanner.h"

#include <dlib/image_processing/frontal_face_detector.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>

#include "face/hog_filter.h"

namespace facedeblur {
namespace {

/// dlib's own detector as dlib serializes it, written while this program is built. The copy inside
/// dlib is compressed and takes a quarter of a second to unpack.
const unsigned char kDetector[] = {
#include "frontal_face_detector.inc"
};

}  // namespace

using Scanner = dlib::frontal_face_detector::image_scanner_type;

struct HogScanner::Detector {
  dlib::frontal_face_detector dlibs_own;
  std::vector<HogFilter> own_filters;  ///< of these sub-detectors
  std::vector<HogFilter> added;
};

namespace {

/// Cells around an image that are taken for empty.
constexpr int kMargin = kWindowCells;

/// One level of the pyramid of copies that a search goes through.
struct Level {
  const Scanner& scanner;
  HogPlanes hog;
  unsigned int number = 0;

  /// Pixels of the image at the bottom.
  dlib::rectangle InImage(cv::Point first) const {
    const dlib::point middle(first.x + kWindowCells / 2, first.y + kWindowCells / 2);
    const dlib::rectangle pixels = scanner.get_feature_extractor().feats_to_image(
        dlib::centered_rect(middle, kWindowCells, kWindowCells), kHogCell, kMargin, kMargin);
    return Scanner::pyramid_type().rect_up(pixels, number);
  }
};

/// A detection, and whether an added sub-detector made it.
struct Candidate {
  dlib::rect_detection detection;
  bool added = false;
};

/// What one sub-detector finds there.
void Collect(const Level& level, const HogFilter& filter, double threshold, bool added,
             std::vector<Candidate>* found) {
  std::vector<ScoredCells> windows;
  filter.Find(level.hog, threshold, &windows);
  for (const ScoredCells& window : windows) {
    dlib::rect_detection detection;
    detection.detection_confidence = window.score;
    detection.rect = level.InImage(window.first);
    found->push_back({detection, added});
  }
}

/// Calls `search` for each level, as many as dlib's own scanner would make.
template <typename Search>
void ForEachLevel(const Scanner& scanner, const cv::Mat& grey, const Search& search) {
  if (grey.empty()) return;
  const Scanner::pyramid_type pyramid;
  dlib::array2d<unsigned char> image;
  dlib::array2d<unsigned char> smaller;
  image.set_size(grey.rows, grey.cols);
  for (int y = 0; y < grey.rows; ++y) std::copy_n(grey.ptr(y), grey.cols, &image[y][0]);
  dlib::rectangle size = dlib::get_rect(image);
  HogFeatures features;
  for (unsigned int number = 0;; ++number) {
    const cv::Mat level(static_cast<int>(image.nr()), static_cast<int>(image.nc()), CV_8UC1,
                        &image[0][0]);
    search(Level{scanner, features.Compute(level, kMargin), number});
    size = pyramid.rect_down(size);
    if (size.width() < scanner.get_min_pyramid_layer_width() ||
        size.height() < scanner.get_min_pyramid_layer_height()) {
      return;
    }
    pyramid(image, smaller);
    dlib::swap(image, smaller);
  }
}

/// Appends those that overlap nothing better.
void KeepBest(std::vector<Candidate> found, const dlib::test_box_overlap& overlap,
              std::vector<HogWindow>* kept) {
  std::stable_sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
    return b.detection < a.detection;
  });
  for (const Candidate& candidate : found) {
    const dlib::rectangle& rect = candidate.detection.rect;
    const bool taken = std::any_of(kept->begin(), kept->end(), [&](const HogWindow& window) {
      return overlap(dlib::rectangle(window.left, window.top, window.right, window.bottom), rect);
    });
    if (taken) continue;
    kept->push_back({rect.left(), rect.top(), rect.right(), rect.bottom(),
                     candidate.detection.detection_confidence, candidate.added});
  }
}

}  // namespace

HogScanner::HogScanner(const std::vector<std::vector<float>>& added) {
  auto detector = std::make_unique<Detector>();
  std::istringstream stream(std::string(std::begin(kDetector), std::end(kDetector)));
  dlib::deserialize(detector->dlibs_own, stream);
  for (unsigned long i = 0; i < detector->dlibs_own.num_detectors(); ++i) {
    const auto& weights = detector->dlibs_own.get_w(i);
    detector->own_filters.emplace_back(std::vector<float>(weights.begin(), weights.end()));
  }
  for (const std::vector<float>& numbers : added) detector->added.emplace_back(numbers);
  detector_ = std::move(detector);
}

HogScanner::~HogScanner() = default;

std::vector<HogWindow> HogScanner::Scan(const cv::Mat& grey, double threshold) const {
  std::vector<Candidate> found;
  ForEachLevel(detector_->dlibs_own.get_scanner(), grey, [&](const Level& level) {
    for (const HogFilter& filter : detector_->own_filters) {
      Collect(level, filter, threshold, /*added=*/false, &found);
    }
    for (const HogFilter& filter : detector_->added) {
      Collect(level, filter, threshold, /*added=*/true, &found);
    }
  });
  const auto others =
      std::stable_partition(found.begin(), found.end(), [](const Candidate& candidate) {
        return !candidate.added && candidate.detection.detection_confidence >= kSure;
      });
  const dlib::test_box_overlap overlap = detector_->dlibs_own.get_overlap_tester();
  std::vector<HogWindow> windows;
  KeepBest({found.begin(), others}, overlap, &windows);
  KeepBest({others, found.end()}, overlap, &windows);
  return windows;
}

}  // namespace facedeblur
