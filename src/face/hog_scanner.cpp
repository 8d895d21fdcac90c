#include "face/hog_scanner.h"

#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/opencv/cv_image.h>

#include <sstream>
#include <string>

namespace facedeblur {
namespace {

/// dlib's own detector as dlib serializes it, written while this program is built. The copy inside
/// dlib is compressed and takes a quarter of a second to unpack.
const unsigned char kDetector[] = {
#include "frontal_face_detector.inc"
};

}  // namespace

struct HogScanner::Detector {
  dlib::frontal_face_detector value;
};

HogScanner::HogScanner() {
  auto detector = std::make_unique<Detector>();
  std::istringstream stream(std::string(std::begin(kDetector), std::end(kDetector)));
  dlib::deserialize(detector->value, stream);
  detector_ = std::move(detector);
}

HogScanner::~HogScanner() = default;

std::vector<HogWindow> HogScanner::Scan(const cv::Mat& grey, double threshold) const {
  dlib::frontal_face_detector detector =
      detector_->value;  // its operator() changes it; copying is cheap
  std::vector<dlib::rect_detection> found;
  detector(dlib::cv_image<unsigned char>(grey), found, threshold);
  std::vector<HogWindow> windows;
  for (const auto& detection : found) {
    const auto& rect = detection.rect;
    windows.push_back(
        {rect.left(), rect.top(), rect.right(), rect.bottom(), detection.detection_confidence});
  }
  return windows;
}

}  // namespace facedeblur
