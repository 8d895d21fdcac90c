#include <dlib/opencv/cv_image.h>
#include <dlib/revision.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <opencv2/imgproc.hpp>
#include <sstream>
#include <utility>

#include "face/hog_scanner.h"
#include "face/landmark_model.h"
#include "face/turned_copy.h"
#include "facedeblur/face/detector.h"
#include "facedeblur/image/sample_depth.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/mapped_file.h"
#include "facedeblur/util/sha256.h"

namespace facedeblur {
namespace {

constexpr double kDlibWindow = 80;  // frontal_face_detector.h: trained on 80x80 windows
constexpr double kSmallestFace = 40;
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
constexpr double kSure = 2;

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

/// Of the turned copies, degrees, where the best face upright has this score.
std::vector<int> TurnsOf(const DetectorOptions& options, double best_upright) {
  if (!options.search_turned || best_upright >= kSure) return {};
  if (options.any_rotation) return {45, 90, 135, 180, 225, 270, 315};
  if (best_upright < options.threshold) return {90, 180, 270};
  if (best_upright < kConvincing) return {180};
  return {};
}

double BestScore(const std::vector<DetectedFace>& faces) {
  double best = -std::numeric_limits<double>::infinity();
  for (const DetectedFace& face : faces) best = std::max(best, face.score);
  return best;
}

const char* DescribeTurns(const DetectorOptions& options) {
  if (!options.search_turned) return "";
  return options.any_rotation ? ", turned by 45" : ", turned by 90";
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
         << ", auto-pixels " << options_.auto_pixels << ", threshold " << options_.threshold
         << DescribeTurns(options_);
    return {name.str(), kLandmarkScheme.name, sha256_};
  }

  std::vector<DetectedFace> Detect(const cv::Mat& pixels) const override {
    const double scale = DetectionScale(options_, pixels.size());
    const cv::Mat grey = GreyCopy(pixels, scale);
    std::vector<DetectedFace> faces = Search(grey, scale, 0, options_.threshold);
    const double best = BestScore(faces);
    const std::vector<int> turns = TurnsOf(options_, best);
    if (!turns.empty()) {
      std::vector<DetectedFace> turned = SearchTurned(grey, scale, pixels.size(), turns);
      if (options_.any_rotation) {
        turned.insert(turned.end(), faces.begin(), faces.end());
        faces = BestOfEach(std::move(turned));
      } else if (BestScore(turned) > best + kTurnedGain) {  // the photo lies so as a whole
        faces = BestOfEach(std::move(turned));
      }
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

  /// Faces at one angle in a grey copy of the photo.
  std::vector<DetectedFace> Search(const cv::Mat& grey, double scale, int turn,
                                   double threshold) const {
    const TurnedCopy copy = TurnBack(grey, turn);
    std::vector<DetectedFace> faces;
    for (const HogWindow& window : scanner_.Scan(copy.pixels, threshold)) {
      DetectedFace face = ReadLandmarks(copy, window, scale);
      face.turned = turn;
      // A face may come out a little smaller than the window that found it.
      if (face.box.width >= 0.85 * options_.min_face) faces.push_back(std::move(face));
    }
    return faces;
  }

  /// Faces at the other angles. Small copies tell which angles are worth a search of the whole copy
  /// for smaller faces. A photo lies on its side as a whole, so that is done for right angles only.
  std::vector<DetectedFace> SearchTurned(const cv::Mat& grey, double scale, cv::Size photo,
                                         const std::vector<int>& turns) const {
    const double small_scale = TurnedScale(options_, photo);
    const cv::Mat small = small_scale < scale ? GreyCopy(grey, small_scale / scale) : grey;
    const double threshold = options_.threshold + kTurnedMargin;
    std::vector<DetectedFace> found;
    for (const int turn : turns) {
      std::vector<DetectedFace> faces = Search(small, small_scale, turn, threshold);
      if (BestScore(faces) < options_.threshold + kTurnedProof) continue;
      if (small_scale < scale && turn % 90 == 0) {
        const std::vector<DetectedFace> more = Search(grey, scale, turn, threshold);
        faces.insert(faces.end(), more.begin(), more.end());
      }
      found.insert(found.end(), faces.begin(), faces.end());
    }
    return found;
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

double TurnedScale(const DetectorOptions& options, cv::Size photo) {
  const double scale = DetectionScale(options, photo);
  if (options.min_face > 0) return scale;
  const double few = std::sqrt(kFewPixels / (static_cast<double>(photo.width) * photo.height));
  return std::min(scale, std::max(scale / 2, few));
}

std::string FaceDetector::LibraryVersion() {
  return std::to_string(DLIB_MAJOR_VERSION) + "." + std::to_string(DLIB_MINOR_VERSION);
}

std::unique_ptr<FaceDetector> FaceDetector::Create(const DetectorOptions& options) {
  return std::make_unique<DlibFaceDetector>(options);
}

}  // namespace facedeblur
