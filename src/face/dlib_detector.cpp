#include <dlib/opencv/cv_image.h>
#include <dlib/revision.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>

#include "face/grey_copy.h"
#include "face/hog_scanner.h"
#include "face/landmark_model.h"
#include "face/model_file_hash.h"
#include "face/turned_copy.h"
#include "face/turned_search.h"
#include "facedeblur/face/detector.h"
#include "facedeblur/face/finder_file.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/sha256.h"

namespace facedeblur {
namespace {

constexpr double kDlibWindow = 80;  // frontal_face_detector.h: trained on 80x80 windows
constexpr double kSmallestFace = 40;

/// Which landmarks they are is not in the file; dlib's models with so many points are of iBUG
/// 300-W.
LandmarkScheme SchemeOf(const LandmarkModel& model) {
  const bool usual = model.points() == kLandmarkScheme.count;
  return {usual ? kLandmarkScheme.name : "another scheme", model.points()};
}

/// The search, and the name that tells its added sub-detectors from others.
struct Finder {
  std::unique_ptr<const HogScanner> scanner;
  std::string added;  ///< empty where there are none
};

Finder LoadFinder(const std::filesystem::path& file) {
  if (file.empty()) return {std::make_unique<HogScanner>(), ""};
  const Bytes bytes = ReadFile(file);
  constexpr std::size_t kDigits = 16;
  return {std::make_unique<HogScanner>(ParseFinder(bytes).sub_detectors),
          ", finder " + Sha256(bytes).substr(0, kDigits)};
}

class DlibFaceDetector : public FaceDetector {
 public:
  DlibFaceDetector(DetectorOptions options, std::unique_ptr<ModelFileHash> model_hash,
                   Finder finder, LandmarkModel landmarks)
      : FaceDetector(SchemeOf(landmarks)),
        options_(std::move(options)),
        model_hash_(std::move(model_hash)),
        finder_(std::move(finder)),
        landmarks_(std::move(landmarks)) {}

  DetectorIdentity identity() const override {
    std::ostringstream name;
    name << "dlib " << DlibVersion() << " HOG, min-face " << options_.min_face << ", auto-pixels "
         << options_.auto_pixels << ", threshold " << options_.threshold << DescribeTurns(options_)
         << finder_.added;
    return {name.str(), kLandmarkScheme.name, model_hash_->Sha256()};
  }

  std::vector<DetectedFace> Detect(const cv::Mat& pixels) const override {
    const double scale = DetectionScale(options_, pixels.size());
    const cv::Mat grey = Scaled(GreyCopy(pixels), scale);
    std::vector<DetectedFace> faces =
        SearchAngles(options_, pixels.size(), grey, scale,
                     [this](const cv::Mat& copy, double copy_scale, int turn, double threshold) {
                       return Search(copy, copy_scale, turn, threshold);
                     });
    std::sort(faces.begin(), faces.end(), [](const DetectedFace& a, const DetectedFace& b) {
      return a.box.width != b.box.width ? a.box.width > b.box.width : a.box.x < b.box.x;
    });
    return faces;
  }

 private:
  /// Faces at one angle in a grey copy of the photo.
  std::vector<DetectedFace> Search(const cv::Mat& grey, double scale, int turn,
                                   double threshold) const {
    const TurnedCopy copy = TurnBack(grey, turn);
    std::vector<DetectedFace> faces;
    for (const HogWindow& window : finder_.scanner->Scan(copy.pixels, threshold)) {
      DetectedFace face = ReadLandmarks(copy, window, scale);
      face.turned = turn;
      // A face may come out a little smaller than the window that found it.
      if (face.box.width >= 0.85 * options_.min_face) faces.push_back(std::move(face));
    }
    return faces;
  }

  DetectedFace ReadLandmarks(const TurnedCopy& copy, const HogWindow& window, double scale) const {
    const auto to_photo = [scale](cv::Point2d p) {
      return cv::Point2f(static_cast<float>((p.x + 0.5) / scale - 0.5),
                         static_cast<float>((p.y + 0.5) / scale - 0.5));
    };
    DetectedFace face;
    face.score = window.score;
    const dlib::rectangle rect(window.left, window.top, window.right, window.bottom);
    const cv::Point2d half(0.5 * static_cast<double>(window.right - window.left),
                           0.5 * static_cast<double>(window.bottom - window.top));
    const cv::Point2d first(static_cast<double>(window.left), static_cast<double>(window.top));
    // An upright window of the same size around the same middle; for 0 degrees the window itself.
    const cv::Point2d corner = copy.original_from_copy(first + half) - half;
    face.box = {to_photo(corner),
                cv::Size2f(static_cast<float>(static_cast<double>(rect.width()) / scale),
                           static_cast<float>(static_cast<double>(rect.height()) / scale))};
    for (const dlib::point& at :
         landmarks_.Find(dlib::cv_image<unsigned char>(copy.pixels), rect)) {
      face.landmarks.push_back(to_photo(
          copy.original_from_copy({static_cast<double>(at.x()), static_cast<double>(at.y())})));
    }
    return face;
  }

  DetectorOptions options_;
  std::unique_ptr<ModelFileHash> model_hash_;
  Finder finder_;
  LandmarkModel landmarks_;
};

}  // namespace

double DetectionScale(const DetectorOptions& options, cv::Size photo) {
  const double pixels = static_cast<double>(photo.width) * photo.height;
  if (options.min_face > 0) {
    // Even so a copy must fit into memory: 200 megapixels of grey.
    return std::min(kDlibWindow / options.min_face, std::sqrt(2e8 / pixels));
  }
  return std::min(kDlibWindow / kSmallestFace,
                  std::sqrt(static_cast<double>(options.auto_pixels) / pixels));
}

std::string DlibVersion() {
  return std::to_string(DLIB_MAJOR_VERSION) + "." + std::to_string(DLIB_MINOR_VERSION);
}

std::unique_ptr<FaceDetector> MakeDlibDetector(const DetectorOptions& options) {
  const std::filesystem::path* file = &options.finder;
  try {
    Finder finder = LoadFinder(*file);
    file = &options.landmark_model;
    auto hash = std::make_unique<ModelFileHash>(*file);  // before the file is read
    LandmarkModel landmarks(*file);
    return std::make_unique<DlibFaceDetector>(options, std::move(hash), std::move(finder),
                                              std::move(landmarks));
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kModel, file->string() + ": " + DescribeException(error));
  }
}

}  // namespace facedeblur
