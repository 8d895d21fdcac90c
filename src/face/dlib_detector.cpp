#include <dlib/opencv/cv_image.h>
#include <dlib/revision.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <opencv2/imgproc.hpp>
#include <sstream>
#include <utility>

#include "face/hog_scanner.h"
#include "face/landmark_model.h"
#include "facedeblur/face/detector.h"
#include "facedeblur/image/sample_depth.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/mapped_file.h"
#include "facedeblur/util/sha256.h"

namespace facedeblur {
namespace {

constexpr double kDlibWindow = 80;  // frontal_face_detector.h: trained on 80x80 windows
constexpr double kSmallestFace = 40;

/// An 8-bit grey copy at the given scale.
cv::Mat GreyCopy(const cv::Mat& pixels, double scale) {
  cv::Mat grey = pixels;
  if (pixels.channels() == 3) cv::cvtColor(pixels, grey, cv::COLOR_BGR2GRAY);
  if (pixels.channels() == 4) cv::cvtColor(pixels, grey, cv::COLOR_BGRA2GRAY);
  if (grey.depth() != CV_8U) {
    cv::Mat eight_bits;
    grey.convertTo(eight_bits, CV_8U, 255.0 / MaxSampleValue(grey));
    grey = eight_bits;
  }
  if (scale == 1) return grey;
  const cv::Size size(std::max(1, cvRound(pixels.cols * scale)),
                      std::max(1, cvRound(pixels.rows * scale)));
  cv::Mat scaled;
  cv::resize(grey, scaled, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  return scaled;
}

/// What tells a file from one that took its place.
struct FileStamp {
  explicit FileStamp(const std::filesystem::path& file)
      : size(std::filesystem::file_size(file, error)),
        written(std::filesystem::last_write_time(file, error)) {}

  bool operator==(const FileStamp& other) const {
    return size == other.size && written == other.written;
  }

  std::error_code error;
  std::uintmax_t size;
  std::filesystem::file_time_type written;
};

class DlibFaceDetector : public FaceDetector {
 public:
  explicit DlibFaceDetector(DetectorOptions options)
      : options_(std::move(options)),
        loaded_(options_.landmark_model),
        landmarks_(ReadModel(options_.landmark_model)) {
    if (landmarks_.points() == kLandmarkScheme.count) return;
    throw Error(ErrorKind::kModel, options_.landmark_model.string() + ": a model with " +
                                       std::to_string(kLandmarkScheme.count) +
                                       " landmarks is needed, this one has " +
                                       std::to_string(landmarks_.points()));
  }

  DetectorIdentity identity() const override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (sha256_.empty()) sha256_ = HashModel();
    std::ostringstream name;
    name << "dlib " << LibraryVersion() << " HOG, min-face " << options_.min_face
         << ", auto-pixels " << options_.auto_pixels << ", threshold " << options_.threshold;
    return {name.str(), kLandmarkScheme.name, sha256_};
  }

  std::vector<DetectedFace> Detect(const cv::Mat& pixels) const override {
    const double scale = DetectionScale(options_, pixels.size());
    const cv::Mat grey = GreyCopy(pixels, scale);
    const dlib::cv_image<unsigned char> view(grey);
    std::vector<DetectedFace> faces;
    for (const HogWindow& window : scanner_.Scan(grey, options_.threshold)) {
      DetectedFace face = ReadLandmarks(view, window, scale);
      // A face may come out a little smaller than the window that found it.
      if (face.box.width >= 0.85 * options_.min_face) faces.push_back(std::move(face));
    }
    std::sort(faces.begin(), faces.end(), [](const DetectedFace& a, const DetectedFace& b) {
      return a.box.width != b.box.width ? a.box.width > b.box.width : a.box.x < b.box.x;
    });
    return faces;
  }

 private:
  static LandmarkModel ReadModel(const std::filesystem::path& file) {
    try {
      return LandmarkModel(file);
    } catch (const std::exception& error) {
      throw Error(ErrorKind::kModel, file.string() + ": " + DescribeException(error));
    }
  }

  DetectedFace ReadLandmarks(const dlib::cv_image<unsigned char>& view, const HogWindow& window,
                             double scale) const {
    const auto to_photo = [scale](double at) {
      return static_cast<float>((at + 0.5) / scale - 0.5);
    };
    DetectedFace face;
    face.score = window.score;
    const dlib::rectangle rect(window.left, window.top, window.right, window.bottom);
    face.box = {to_photo(static_cast<double>(rect.left())),
                to_photo(static_cast<double>(rect.top())),
                static_cast<float>(static_cast<double>(rect.width()) / scale),
                static_cast<float>(static_cast<double>(rect.height()) / scale)};
    for (const dlib::point& at : landmarks_.Find(view, rect)) {
      face.landmarks.emplace_back(to_photo(static_cast<double>(at.x())),
                                  to_photo(static_cast<double>(at.y())));
    }
    return face;
  }

  std::string HashModel() const {
    const std::filesystem::path& file = options_.landmark_model;
    try {
      const MappedFile mapped(file);
      if (FileStamp(file) == loaded_) return Sha256(mapped.data(), mapped.size());
    } catch (const Error& error) {
      throw Error(ErrorKind::kModel, file.string() + ": " + error.what());
    }
    throw Error(ErrorKind::kModel, file.string() + ": is no longer the file that was loaded");
  }

  DetectorOptions options_;
  FileStamp loaded_;
  HogScanner scanner_;
  LandmarkModel landmarks_;
  mutable std::mutex mutex_;
  mutable std::string sha256_;  ///< empty until it is asked for
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

std::string FaceDetector::LibraryVersion() {
  return std::to_string(DLIB_MAJOR_VERSION) + "." + std::to_string(DLIB_MINOR_VERSION);
}

std::unique_ptr<FaceDetector> FaceDetector::Create(const DetectorOptions& options) {
  return std::make_unique<DlibFaceDetector>(options);
}

}  // namespace facedeblur
