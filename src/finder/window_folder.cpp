#include "facedeblur/finder/window_folder.h"

#include <exception>
#include <memory>
#include <mutex>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "face/landmark_networks.h"
#include "facedeblur/face/chip.h"
#include "facedeblur/face/landmark_network_spec.h"
#include "facedeblur/image/write_png.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/task_pool.h"
#include "finder/finder_photo.h"
#include "finder/search_trial.h"

namespace facedeblur {
namespace fs = std::filesystem;
namespace {

/// So many photos for each made-up picture: those show many doubtful windows.
constexpr std::size_t kMadeUp = 3;

cv::Mat PictureOf(const cv::Mat& grey, const cv::Rect& square) {
  Similarity picture_from_image = FirstChip(square);
  picture_from_image.tx += kWindowMargin;
  picture_from_image.ty += kWindowMargin;
  cv::Mat picture;
  cv::extractChannel(ExtractChip(grey, {kLandmarkChip + 2 * kWindowMargin, picture_from_image}),
                     picture, 0);
  picture.convertTo(picture, CV_8U, 255);
  return picture;
}

class Writer {
 public:
  Writer(const FinderTrainingOptions& options, fs::path folder)
      : folder_(std::move(folder)), run_(std::to_string(options.seed) + "_") {
    FinderFile finder;
    finder.sub_detectors = options.sub_detectors;
    finder.landmark_networks = options.landmark_networks;
    search_ = std::make_unique<WindowSearch>(SearchOf(finder));
    for (const char* kind : {kFaceWindows, kOtherWindows}) fs::create_directories(folder_ / kind);
  }

  /// `name` begins the names of the photo's windows. May be called from several threads.
  void Write(const FinderPhoto& photo, const std::string& name) {
    WindowCounts written;
    const auto write = [&](const cv::Rect& square, const std::optional<bool>& is_face) {
      if (!is_face) return;
      const std::string number = std::to_string(written.faces + written.others);
      WritePng(folder_ / (*is_face ? kFaceWindows : kOtherWindows) /
                   (run_ + name + "_" + number + ".png"),
               PictureOf(photo.grey, square));
      ++(*is_face ? written.faces : written.others);
    };
    for (const TriedWindow& tried : TryWindows(photo, *search_, WindowSearch::kLeast)) {
      if (!IsDoubtful(tried.found.window.score, tried.found.window.added)) continue;
      const cv::Rect window = RectOf(tried.found.window);
      write(window, tried.in_window);
      if (tried.found.square != window) write(tried.found.square, tried.in_square);
    }
    const std::lock_guard lock(mutex_);
    counts_.photos += photo.faces.empty() ? 0 : 1;
    counts_.faces += written.faces;
    counts_.others += written.others;
  }

  const WindowCounts& counts() const { return counts_; }

 private:
  fs::path folder_;
  std::string run_;  ///< begins all names
  std::unique_ptr<const WindowSearch> search_;
  std::mutex mutex_;
  WindowCounts counts_;
};

}  // namespace

WindowCounts WriteWindows(const FinderTrainingOptions& options, const FaceDetector& detector,
                          const fs::path& folder) {
  options.pairs.Validate();
  Writer writer(options, folder);
  const std::vector<fs::path> files = DrawPhotos(options);
  RunParallel(options.threads, files.size(), [&](std::size_t i) {
    ThrowIfStopped(options);
    FinderPhoto photo;
    FinderPhoto covered;
    try {
      photo = MakeFinderPhoto(files[i], i, options, detector);
      if (photo.grey.empty()) return;
      covered = WithFacesCovered(photo, options);
    } catch (const std::exception&) {
      return;  // a damaged file among thousands is not worth stopping for
    }
    writer.Write(photo, std::to_string(i));
    writer.Write(covered, std::to_string(i) + "_covered");
  });
  RunParallel(options.threads, files.size() / kMadeUp, [&](std::size_t i) {
    ThrowIfStopped(options);
    writer.Write(MakeUpPicture(i, options.seed), std::to_string(i) + "_made_up");
  });
  if (writer.counts().photos == 0) {
    throw Error(ErrorKind::kInput, "no photo shows a face that is large enough");
  }
  return writer.counts();
}

}  // namespace facedeblur
