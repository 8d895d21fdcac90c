#include "facedeblur/finder/train_finder.h"

#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/opencv/cv_image.h>
#include <dlib/svm_threaded.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <opencv2/core.hpp>
#include <utility>

#include "face/window_search.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/task_pool.h"
#include "finder/finder_photo.h"
#include "finder/fit_odds.h"
#include "finder/search_trial.h"

namespace facedeblur {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kHeldOut = 8;       // every eighth photo
constexpr std::size_t kFewestPhotos = 8;  // to train on

using Scanner = dlib::frontal_face_detector::image_scanner_type;
using Boxes = std::vector<std::vector<dlib::rectangle>>;

/// Those that show a face. A damaged file among thousands is not worth stopping for.
std::vector<FinderPhoto> ReadPhotos(const FinderTrainingOptions& options,
                                    const FaceDetector& detector) {
  const std::vector<fs::path> files = DrawPhotos(options);
  std::vector<FinderPhoto> photos(files.size());
  RunParallel(options.threads, files.size(), [&](std::size_t i) {
    ThrowIfStopped(options);
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

/// Shifts the scores so that no false window of the photos held out reaches the usual threshold,
/// and nothing that the training takes for no face.
void SetThreshold(const std::vector<FinderPhoto>& held_out, std::size_t threads,
                  std::vector<float>* sub_detector) {
  const double usual = ScoreOfProbability(DetectorOptions().threshold);
  FinderFile finder;
  finder.sub_detectors = {*sub_detector};
  double highest = 0;
  for (const JudgedWindow& window : JudgeWindows(held_out, SearchOf(finder), usual, threads)) {
    if (window.added && !window.is_face) highest = std::max(highest, window.score);
  }
  sub_detector->back() += static_cast<float>(highest + kFinderCaution - usual);
}

/// What windows of the photos held out show, of the same with their faces covered, and of as many
/// made-up pictures.
std::vector<JudgedWindow> JudgeAll(const std::vector<FinderPhoto>& held_out,
                                   const FinderTrainingOptions& options, const FinderFile& finder) {
  std::vector<FinderPhoto> made_up(held_out.size());
  std::vector<FinderPhoto> covered(held_out.size());
  RunParallel(options.threads, held_out.size(), [&](std::size_t i) {
    ThrowIfStopped(options);
    made_up[i] = MakeUpPicture(i, options.seed);
    covered[i] = WithFacesCovered(held_out[i], options);
  });
  const WindowSearch search = SearchOf(finder);
  std::vector<JudgedWindow> windows;
  for (const std::vector<FinderPhoto>* photos :
       {&held_out, &std::as_const(covered), &std::as_const(made_up)}) {
    ThrowIfStopped(options);
    const std::vector<JudgedWindow> more =
        JudgeWindows(*photos, search, WindowSearch::kLeast, options.threads);
    windows.insert(windows.end(), more.begin(), more.end());
  }
  return windows;
}

/// The odds of the windows that are read, and, to compare, those of dlib's own windows by their
/// scores alone.
FaceOdds FitOddsOfReadings(const std::vector<JudgedWindow>& windows,
                           const FinderTrainingOptions& options) {
  std::vector<JudgedWindow> read;
  std::vector<JudgedWindow> by_score;
  for (const JudgedWindow& window : windows) {
    if (IsDoubtful(window.score, window.added)) read.push_back(window);
    if (!window.added) by_score.push_back({window.score, 0, false, window.is_face});
  }
  const FaceOdds alone = FitOdds(by_score);
  options.say("by the score alone, the odds of dlib's windows are " + std::to_string(alone.bias) +
              " and " + std::to_string(alone.per_score) + " for each 1 of it");
  return FitOdds(read);
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
  const bool trains = options.sub_detectors.empty();
  for (std::size_t i = 0; i < photos.size(); ++i) {
    const bool for_training = trains && i % kHeldOut != kHeldOut - 1;
    (for_training ? to_train_on : held_out).push_back(std::move(photos[i]));
  }
  if (held_out.empty() || (trains && to_train_on.size() < kFewestPhotos)) {
    throw Error(ErrorKind::kInput, "only " + std::to_string(photos.size()) +
                                       " photos show a face that is large enough");
  }
  options.say((trains ? "training on " + std::to_string(to_train_on.size()) + " photos; " : "") +
              std::to_string(held_out.size()) + " are held out");
  FinderTraining result;
  result.finder.sub_detectors = options.sub_detectors;
  if (trains) {
    std::vector<float> sub_detector = TrainSubDetector(to_train_on, options.c);
    SetThreshold(held_out, options.threads, &sub_detector);
    result.finder.sub_detectors = {std::move(sub_detector)};
  }
  if (!options.landmark_networks.empty()) {
    result.finder.landmark_networks = options.landmark_networks;
    result.finder.odds = FitOddsOfReadings(JudgeAll(held_out, options, result.finder), options);
  }
  const SearchTally tally = TallySearch(held_out, SearchOf(result.finder));
  result.trained_on = to_train_on.size();
  result.held_out = held_out.size();
  result.faces = tally.faces;
  result.found_before = tally.found_by_dlib;
  result.found = tally.found;
  return result;
}

}  // namespace facedeblur
