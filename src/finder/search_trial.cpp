#include "finder/search_trial.h"

#include <algorithm>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <utility>

#include "face/landmark_networks.h"
#include "facedeblur/face/detector.h"
#include "facedeblur/face/face_odds.h"
#include "facedeblur/face/overlap.h"
#include "facedeblur/util/task_pool.h"

namespace facedeblur {
namespace {

constexpr float kSame = 0.5F;
constexpr float kApart = 0.3F;

/// Whether a square is at one of the places.
bool IsAt(const cv::Rect& square, const std::vector<cv::Rect2f>& places, float least) {
  return std::any_of(places.begin(), places.end(), [&](const cv::Rect2f& place) {
    return Overlap(cv::Rect2f(square), place) >= least;
  });
}

/// Whether a square shows a face of the photo; unknown where it shows a part of one.
std::optional<bool> ShowsFace(const FinderPhoto& photo, const cv::Rect& square) {
  if (IsAt(square, photo.faces, kSame)) return true;
  if (IsAt(square, photo.faces, kApart) || IsAt(square, photo.other_faces, kApart)) return {};
  return false;
}

}  // namespace

WindowSearch SearchOf(const FinderFile& finder) {
  LandmarkReaders readers;
  if (!finder.landmark_networks.empty()) {
    readers.blurred = std::make_unique<LandmarkNetworks>(finder.landmark_networks);
  }
  return {std::make_unique<HogScanner>(finder.sub_detectors), std::move(readers), finder.odds};
}

SearchTally TallySearch(const std::vector<FinderPhoto>& photos, const WindowSearch& search) {
  const double threshold = ScoreOfProbability(DetectorOptions().threshold);
  const WindowSearch dlibs_own(std::make_unique<HogScanner>(), {});
  SearchTally tally;
  for (const FinderPhoto& photo : photos) {
    const auto count = [&photo](const std::vector<FoundWindow>& found) {
      return static_cast<std::size_t>(
          std::count_if(photo.faces.begin(), photo.faces.end(), [&](const cv::Rect2f& face) {
            return std::any_of(found.begin(), found.end(), [&](const FoundWindow& window) {
              return IsAt(window.square, {face}, kSame);
            });
          }));
    };
    tally.faces += photo.faces.size();
    tally.found += count(search.Search(photo.grey, threshold, /*doubts=*/true));
    tally.found_by_dlib += count(dlibs_own.Search(photo.grey, threshold, /*doubts=*/false));
  }
  return tally;
}

std::vector<TriedWindow> TryWindows(const FinderPhoto& photo, const WindowSearch& search,
                                    double least) {
  std::vector<TriedWindow> windows;
  for (FoundWindow& found : search.Windows(photo.grey, least)) {
    const std::optional<bool> in_window = ShowsFace(photo, RectOf(found.window));
    const std::optional<bool> in_square = ShowsFace(photo, found.square);
    windows.push_back({std::move(found), in_window, in_square});
  }
  return windows;
}

std::vector<JudgedWindow> JudgeWindows(const std::vector<FinderPhoto>& photos,
                                       const WindowSearch& search, double least,
                                       std::size_t threads) {
  std::vector<std::vector<JudgedWindow>> of_photos(photos.size());
  RunParallel(threads, photos.size(), [&](std::size_t i) {
    for (const TriedWindow& tried : TryWindows(photos[i], search, least)) {
      if (!tried.in_square) continue;
      const HogWindow& window = tried.found.window;
      of_photos[i].push_back(
          {window.score, tried.found.reading.face.value_or(0), window.added, *tried.in_square});
    }
  });
  std::vector<JudgedWindow> windows;
  for (const std::vector<JudgedWindow>& more : of_photos) {
    windows.insert(windows.end(), more.begin(), more.end());
  }
  return windows;
}

}  // namespace facedeblur
