#include "face/hog_scanner.h"

#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/opencv/cv_image.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace facedeblur {
namespace {

/// dlib's own detector as dlib serializes it, written while this program is built. The copy inside
/// dlib is compressed and takes a quarter of a second to unpack.
const unsigned char kDetector[] = {
#include "frontal_face_detector.inc"
};

}  // namespace

using Scanner = dlib::frontal_face_detector::image_scanner_type;
using SubDetector = dlib::processed_weight_vector<Scanner>;

struct HogScanner::Detector {
  dlib::frontal_face_detector dlibs_own;
  std::vector<SubDetector> added;
};

namespace {

SubDetector Prepared(const std::vector<float>& numbers, const Scanner& scanner) {
  if (numbers.size() != static_cast<std::size_t>(scanner.get_num_dimensions()) + 1) {
    throw std::invalid_argument("a sub-detector for another window");
  }
  SubDetector detector;
  detector.w.set_size(static_cast<long>(numbers.size()));
  std::copy(numbers.begin(), numbers.end(), detector.w.begin());
  detector.init(scanner);
  return detector;
}

/// What one sub-detector finds in the image that the scanner has loaded.
void Collect(const Scanner& scanner, const SubDetector& detector, double threshold,
             std::vector<dlib::rect_detection>* found) {
  const double zero = detector.w(scanner.get_num_dimensions());
  std::vector<std::pair<double, dlib::rectangle>> windows;
  scanner.detect(detector.get_detect_argument(), windows, zero + threshold);
  for (const auto& [score, rect] : windows) {
    dlib::rect_detection& detection = found->emplace_back();
    detection.detection_confidence = score - zero;
    detection.rect = rect;
  }
}

/// Appends those that overlap nothing better.
void KeepBest(std::vector<dlib::rect_detection> found, const dlib::test_box_overlap& overlap,
              bool added, std::vector<HogWindow>* kept) {
  std::sort(found.rbegin(), found.rend());  // as dlib's object_detector does
  for (const dlib::rect_detection& detection : found) {
    const dlib::rectangle& rect = detection.rect;
    const bool taken = std::any_of(kept->begin(), kept->end(), [&](const HogWindow& window) {
      return overlap(dlib::rectangle(window.left, window.top, window.right, window.bottom), rect);
    });
    if (taken) continue;
    kept->push_back({rect.left(), rect.top(), rect.right(), rect.bottom(),
                     detection.detection_confidence, added});
  }
}

}  // namespace

HogScanner::HogScanner(const std::vector<std::vector<float>>& added) {
  auto detector = std::make_unique<Detector>();
  std::istringstream stream(std::string(std::begin(kDetector), std::end(kDetector)));
  dlib::deserialize(detector->dlibs_own, stream);
  for (const std::vector<float>& numbers : added) {
    detector->added.push_back(Prepared(numbers, detector->dlibs_own.get_scanner()));
  }
  detector_ = std::move(detector);
}

HogScanner::~HogScanner() = default;

std::vector<HogWindow> HogScanner::Scan(const cv::Mat& grey, double threshold) const {
  const dlib::frontal_face_detector& own = detector_->dlibs_own;
  Scanner scanner;
  scanner.copy_configuration(own.get_scanner());
  scanner.load(dlib::cv_image<unsigned char>(grey));
  std::vector<dlib::rect_detection> found;
  for (unsigned long i = 0; i < own.num_detectors(); ++i) {
    Collect(scanner, own.get_processed_w(i), threshold, &found);
  }
  std::vector<HogWindow> windows;
  KeepBest(std::move(found), own.get_overlap_tester(), false, &windows);
  found.clear();
  for (const SubDetector& detector : detector_->added) {
    Collect(scanner, detector, threshold, &found);
  }
  KeepBest(std::move(found), own.get_overlap_tester(), true, &windows);
  return windows;
}

}  // namespace facedeblur
