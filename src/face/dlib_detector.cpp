#include <dlib/revision.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>
#include <utility>

#include "face/grey_copy.h"
#include "face/landmark_model.h"
#include "face/landmark_networks.h"
#include "face/model_file_hash.h"
#include "face/turned_copy.h"
#include "face/turned_search.h"
#include "face/window_search.h"
#include "facedeblur/face/detector.h"
#include "facedeblur/face/face_odds.h"
#include "facedeblur/face/finder_file.h"
#include "facedeblur/util/error.h"

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

/// What a detector is made of.
struct Parts {
  std::unique_ptr<const WindowSearch> search;
  std::unique_ptr<ModelFileHash> finder_hash;    ///< null without a finder
  std::unique_ptr<ModelFileHash> landmark_hash;  ///< null where the finder reads all landmarks
  LandmarkScheme scheme = kLandmarkScheme;
};

/// What `work` returns; what it throws names the file.
template <typename Work>
auto From(const std::filesystem::path& file, const Work& work) {
  try {
    return work();
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kModel, file.string() + ": " + DescribeException(error));
  }
}

class DlibFaceDetector : public FaceDetector {
 public:
  DlibFaceDetector(DetectorOptions options, Parts parts)
      : FaceDetector(parts.scheme), options_(std::move(options)), parts_(std::move(parts)) {}

  DetectorIdentity identity() const override {
    std::ostringstream name;
    name << "dlib " << DlibVersion() << " HOG, sub-pixel landmarks, min-face " << options_.min_face
         << ", auto-pixels " << options_.auto_pixels << ", threshold " << options_.threshold
         << DescribeTurns(options_);
    constexpr std::size_t kDigits = 16;
    if (parts_.finder_hash) name << ", finder " << parts_.finder_hash->Sha256().substr(0, kDigits);
    const ModelFileHash& landmarks =
        *(parts_.landmark_hash ? parts_.landmark_hash : parts_.finder_hash);
    return {name.str(), kLandmarkScheme.name, landmarks.Sha256()};
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

  /// The finder's networks see landmarks of sharp faces no better than those of blurred ones.
  Landmarks ReadLandmarks(const cv::Mat& pixels, const cv::Rect2f& square) const override {
    if (!parts_.landmark_hash) return {};
    // What landmarks are read from are whole pixels: those of a small face lie too far apart.
    constexpr double kLarge = 4 * kDlibWindow;
    const double scale = std::max(1.0, kLarge / square.width);
    const cv::Point2d first =
        0.5 * (scale - 1) * cv::Point2d(1, 1) + scale * cv::Point2d(square.tl());
    const int side = cvRound(scale * square.width);
    const cv::Rect window(cvRound(first.x), cvRound(first.y), side, side);
    Landmarks landmarks;
    for (const cv::Point2d& at :
         parts_.search->ReadKnown(Scaled(GreyCopy(pixels), scale), window).landmarks) {
      landmarks.emplace_back((at + cv::Point2d(0.5, 0.5)) / scale - cv::Point2d(0.5, 0.5));
    }
    return landmarks;
  }

 private:
  /// Faces at one angle in a grey copy of the photo.
  std::vector<DetectedFace> Search(const cv::Mat& grey, double scale, int turn,
                                   double threshold) const {
    const TurnedCopy copy = TurnBack(grey, turn);
    std::vector<DetectedFace> faces;
    for (const FoundWindow& found : parts_.search->Search(copy.pixels, threshold, turn == 0)) {
      // dlib's smallest windows have a little less than 80 pixels; the faces in them may have less.
      if (RectOf(found.window).width < 0.85 * options_.min_face * scale) continue;
      DetectedFace face = InPhoto(copy, found, scale);
      face.turned = turn;
      faces.push_back(std::move(face));
    }
    return faces;
  }

  static DetectedFace InPhoto(const TurnedCopy& copy, const FoundWindow& found, double scale) {
    const auto to_photo = [scale](cv::Point2d p) {
      return cv::Point2f(static_cast<float>((p.x + 0.5) / scale - 0.5),
                         static_cast<float>((p.y + 0.5) / scale - 0.5));
    };
    DetectedFace face;
    face.score = found.score;
    face.probability = ProbabilityOfScore(found.score);
    const cv::Rect& rect = found.square;
    const cv::Point2d half(0.5 * (rect.width - 1), 0.5 * (rect.height - 1));
    const cv::Point2d first = rect.tl();
    // An upright square of the same size around the same middle; for 0 degrees the square itself.
    const cv::Point2d corner = copy.original_from_copy(first + half) - half;
    face.box = {to_photo(corner), cv::Size2f(static_cast<float>(rect.width / scale),
                                             static_cast<float>(rect.height / scale))};
    for (const cv::Point2d& at : found.reading.landmarks) {
      face.landmarks.push_back(to_photo(copy.original_from_copy(at)));
    }
    return face;
  }

  DetectorOptions options_;
  Parts parts_;
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
  Parts parts;
  FinderFile finder;
  if (!options.finder.empty()) {
    parts.finder_hash = std::make_unique<ModelFileHash>(options.finder);  // before it is read
    finder = LoadFinder(options.finder);
  }
  LandmarkReaders readers;
  auto scanner = From(options.finder, [&] {
    if (!finder.landmark_networks.empty()) {
      readers.blurred = std::make_unique<LandmarkNetworks>(std::move(finder.landmark_networks));
    } else if (parts.finder_hash && options.landmark_model.empty()) {
      throw Error(ErrorKind::kModel,
                  std::string("it reads no landmarks, and there is no ") + kLandmarkModel);
    }
    return std::make_unique<HogScanner>(finder.sub_detectors);
  });
  return From(options.landmark_model, [&] {
    const bool reads = !options.landmark_model.empty() && !options.finder_reads_all;
    if (!readers.blurred || reads) {
      parts.landmark_hash = std::make_unique<ModelFileHash>(options.landmark_model);  // likewise
      auto model = std::make_unique<LandmarkModel>(options.landmark_model);
      parts.scheme = SchemeOf(*model);
      readers.usual = std::move(model);
    }
    parts.search =
        std::make_unique<WindowSearch>(std::move(scanner), std::move(readers), finder.odds);
    return std::unique_ptr<FaceDetector>(
        std::make_unique<DlibFaceDetector>(options, std::move(parts)));
  });
}

}  // namespace facedeblur
