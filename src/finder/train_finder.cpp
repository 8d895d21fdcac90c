#include "facedeblur/finder/train_finder.h"

#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/opencv/cv_image.h>
#include <dlib/svm_threaded.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "dataset/texture.h"
#include "face/landmark_networks.h"
#include "face/window_search.h"
#include "facedeblur/face/overlap.h"
#include "facedeblur/image/image_files.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/random.h"
#include "facedeblur/util/task_pool.h"
#include "finder/finder_photo.h"

namespace facedeblur {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kHeldOut = 8;       // every eighth photo
constexpr std::size_t kFewestPhotos = 8;  // to train on

using Scanner = dlib::frontal_face_detector::image_scanner_type;
using Boxes = std::vector<std::vector<dlib::rectangle>>;

/// As many as are wanted, in an order that only the seed decides.
std::vector<fs::path> DrawPhotos(const FinderTrainingOptions& options) {
  std::vector<fs::path> files;
  for (const fs::path& folder : options.folders) {
    const std::vector<fs::path> more = ListImageFiles(folder);
    files.insert(files.end(), more.begin(), more.end());
  }
  Random random(options.seed);
  for (std::size_t i = files.size(); i > 1; --i) {
    std::swap(files[i - 1],
              files[static_cast<std::size_t>(random.Integer(0, static_cast<int>(i) - 1))]);
  }
  files.resize(std::min(files.size(), options.photos));
  return files;
}

/// Those that show a face. A damaged file among thousands is not worth stopping for.
std::vector<FinderPhoto> ReadPhotos(const FinderTrainingOptions& options,
                                    const FaceDetector& detector) {
  const std::vector<fs::path> files = DrawPhotos(options);
  std::vector<FinderPhoto> photos(files.size());
  RunParallel(options.threads, files.size(), [&](std::size_t i) {
    if (options.stop && options.stop()) throw Error(ErrorKind::kInput, "stopped");
    try {
      photos[i] = MakeFinderPhoto(files[i], i, options, detector);
    } catch (const std::exception&) {
      return;
    }
  });
  const auto unusable = [](const FinderPhoto& photo) { return photo.grey.empty(); };
  photos.erase(std::remove_if(photos.begin(), photos.end(), unusable), photos.end());
  return photos;
}

std::vector<dlib::rectangle> ToDlib(const std::vector<cv::Rect2f>& boxes, int mirrored_in) {
  std::vector<dlib::rectangle> result;
  for (const cv::Rect2f& box : boxes) {
    const auto size = static_cast<long>(cvRound(box.width));
    const long x = cvRound(box.x);
    const long left = mirrored_in > 0 ? mirrored_in - x - size : x;
    const long top = cvRound(box.y);
    result.emplace_back(left, top, left + size - 1, top + size - 1);
  }
  return result;
}

/// The photos as dlib wants them, each beside its mirror image.
struct TrainingSet {
  dlib::array<dlib::array2d<unsigned char>> images;
  Boxes faces;
  Boxes ignored;

  void Add(const FinderPhoto& photo, bool mirrored) {
    cv::Mat grey = photo.grey;
    if (mirrored) cv::flip(photo.grey, grey, 1);
    dlib::array2d<unsigned char> image;
    dlib::assign_image(image, dlib::cv_image<unsigned char>(grey));
    images.push_back(image);
    faces.push_back(ToDlib(photo.faces, mirrored ? grey.cols : 0));
    ignored.push_back(ToDlib(photo.other_faces, mirrored ? grey.cols : 0));
  }
};

std::vector<float> TrainSubDetector(const std::vector<FinderPhoto>& photos, double c) {
  TrainingSet set;
  for (const FinderPhoto& photo : photos) {
    set.Add(photo, false);
    set.Add(photo, true);
  }
  Scanner scanner;
  scanner.copy_configuration(dlib::get_frontal_face_detector().get_scanner());
  scanner.set_nuclear_norm_regularization_strength(0);
  dlib::structural_object_detection_trainer<Scanner> trainer(scanner);
  trainer.set_num_threads(1);  // several would add up their parts in any order
  trainer.set_c(c);
  trainer.set_epsilon(0.02);
  const dlib::object_detector<Scanner> trained = trainer.train(set.images, set.faces, set.ignored);
  const auto& weights = trained.get_w(0);
  return {weights.begin(), weights.end()};
}

/// What a search says of the photos that were held out.
struct Tally {
  std::size_t faces = 0;
  std::size_t found = 0;
  std::size_t found_by_dlib = 0;           ///< without doubt
  std::vector<FoundWindow> false_windows;  ///< doubtful ones that are no face
};

Tally Search(const std::vector<FinderPhoto>& photos, const WindowSearch& search) {
  constexpr float kSame = 0.5F;
  constexpr float kApart = 0.3F;
  Tally tally;
  for (const FinderPhoto& photo : photos) {
    const std::vector<FoundWindow> found =
        search.Search(photo.grey, DetectorOptions().threshold, /*doubts=*/true);
    const auto overlaps = [](const FoundWindow& f, const cv::Rect2f& face, float least) {
      return Overlap(cv::Rect2f(RectOf(f.window)), face) >= least;
    };
    for (const cv::Rect2f& face : photo.faces) {
      const auto hit = [&](const FoundWindow& f) { return overlaps(f, face, kSame); };
      const auto window = std::find_if(found.begin(), found.end(), hit);
      ++tally.faces;
      if (window == found.end()) continue;
      ++tally.found;
      if (!window->doubtful) ++tally.found_by_dlib;
    }
    for (const FoundWindow& f : found) {
      const auto near = [&](const cv::Rect2f& face) { return overlaps(f, face, kApart); };
      if (!f.doubtful || std::any_of(photo.faces.begin(), photo.faces.end(), near) ||
          std::any_of(photo.other_faces.begin(), photo.other_faces.end(), near)) {
        continue;
      }
      tally.false_windows.push_back(f);
    }
  }
  return tally;
}

WindowSearch SearchOf(const FinderFile& finder) {
  LandmarkReaders readers;
  if (!finder.landmark_networks.empty()) {
    readers.blurred = std::make_unique<LandmarkNetworks>(finder.landmark_networks);
  }
  return {std::make_unique<HogScanner>(finder.sub_detectors), std::move(readers),
          finder.face_limit};
}

/// Shifts the scores so that no false window of the photos held out reaches the usual threshold,
/// and nothing that the training takes for no face.
void SetThreshold(const std::vector<FinderPhoto>& held_out, std::vector<float>* sub_detector) {
  const double usual = DetectorOptions().threshold;
  FinderFile finder;
  finder.sub_detectors = {*sub_detector};
  double highest = 0;
  for (const FoundWindow& found : Search(held_out, SearchOf(finder)).false_windows) {
    highest = std::max(highest, found.window.score);
  }
  sub_detector->back() += static_cast<float>(highest + kFinderCaution - usual);
}

/// Pictures without a face; nearly everything in photos of faces is one.
std::vector<FinderPhoto> MakeUpPictures(std::uint64_t seed) {
  constexpr std::size_t kPictures = 200;
  constexpr int kSize = 480;
  std::vector<FinderPhoto> pictures(kPictures);
  for (std::size_t i = 0; i < kPictures; ++i) {
    Random random(seed, i);
    cv::Mat grey;
    cv::extractChannel(DrawTexture(kSize, &random), grey, 0);
    cv::GaussianBlur(grey, grey, {}, random.Uniform(0.5, 8));
    grey.convertTo(pictures[i].grey, CV_8U, 255);
  }
  return pictures;
}

/// The logit that false windows reach in one of a hundred pictures: the photos held out, where some
/// are faces that the search of the sharp photo has missed, and as many made-up ones or more.
double FaceLimit(const std::vector<FinderPhoto>& held_out, std::uint64_t seed, FinderFile finder) {
  finder.face_limit = -1e9;  // all doubtful windows are wanted
  const WindowSearch search = SearchOf(finder);
  const std::vector<FinderPhoto> made_up = MakeUpPictures(seed);
  std::vector<double> logits;
  for (const std::vector<FinderPhoto>* pictures : {&held_out, &made_up}) {
    for (const FoundWindow& found : Search(*pictures, search).false_windows) {
      logits.push_back(found.reading.face.value_or(0));
    }
  }
  std::sort(logits.rbegin(), logits.rend());
  constexpr std::size_t kPhotosForOne = 100;
  const std::size_t allowed = (held_out.size() + made_up.size()) / kPhotosForOne;
  const double highest = allowed < logits.size() ? logits[allowed] : 0;
  constexpr double kCaution = 0.5;
  return std::max(highest, 0.0) + kCaution;
}

}  // namespace

PairOptions FinderTrainingOptions::BlurToFind() {
  PairOptions pairs;
  pairs.kernel.min_shake = 9;
  pairs.kernel.max_size = 61;
  pairs.kernel.max_sigma = 10;
  pairs.kernel.max_radius = 15;
  return pairs;
}

FinderTraining TrainFinder(const FinderTrainingOptions& options, const FaceDetector& detector) {
  options.pairs.Validate();
  options.say("looking for faces in the sharp photos");
  std::vector<FinderPhoto> photos = ReadPhotos(options, detector);
  std::vector<FinderPhoto> held_out;
  std::vector<FinderPhoto> to_train_on;
  for (std::size_t i = 0; i < photos.size(); ++i) {
    (i % kHeldOut == kHeldOut - 1 ? held_out : to_train_on).push_back(std::move(photos[i]));
  }
  if (held_out.empty() || to_train_on.size() < kFewestPhotos) {
    throw Error(ErrorKind::kInput, "only " + std::to_string(photos.size()) +
                                       " photos show a face that is large enough");
  }
  options.say("training on " + std::to_string(to_train_on.size()) + " photos; " +
              std::to_string(held_out.size()) + " are held out");
  FinderTraining result;
  result.finder.sub_detectors = options.sub_detectors;
  if (options.sub_detectors.empty()) {
    std::vector<float> sub_detector = TrainSubDetector(to_train_on, options.c);
    SetThreshold(held_out, &sub_detector);
    result.finder.sub_detectors = {std::move(sub_detector)};
  }
  if (!options.landmark_networks.empty()) {
    result.finder.landmark_networks = options.landmark_networks;
    result.finder.face_limit = FaceLimit(held_out, options.seed, result.finder);
  }
  const Tally tally = Search(held_out, SearchOf(result.finder));
  result.trained_on = to_train_on.size();
  result.held_out = held_out.size();
  result.faces = tally.faces;
  result.found_before = tally.found_by_dlib;
  result.found = tally.found;
  return result;
}

}  // namespace facedeblur
