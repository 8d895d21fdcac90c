#include "finder/search_trial.h"

#include <algorithm>
#include <memory>
#include <opencv2/core.hpp>
#include <utility>

#include "face/landmark_networks.h"
#include "facedeblur/face/detector.h"
#include "facedeblur/face/face_odds.h"
#include "facedeblur/face/overlap.h"

namespace facedeblur {
namespace {

constexpr float kSame = 0.5F;
constexpr float kApart = 0.3F;

/// Whether a window is at one of the places.
bool IsAt(const FoundWindow& found, const std::vector<cv::Rect2f>& places, float least) {
  const cv::Rect2f window(RectOf(found.window));
  return std::any_of(places.begin(), places.end(),
                     [&](const cv::Rect2f& place) { return Overlap(window, place) >= least; });
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
  SearchTally tally;
  for (const FinderPhoto& photo : photos) {
    const std::vector<FoundWindow> found = search.Search(photo.grey, threshold, /*doubts=*/true);
    for (const cv::Rect2f& face : photo.faces) {
      const auto window = std::find_if(
          found.begin(), found.end(), [&](const FoundWindow& f) { return IsAt(f, {face}, kSame); });
      ++tally.faces;
      if (window == found.end()) continue;
      ++tally.found;
      if (!window->window.added && window->window.score >= threshold) ++tally.found_by_dlib;
    }
  }
  return tally;
}

std::vector<TriedWindow> TryWindows(const FinderPhoto& photo, const WindowSearch& search,
                                    double least) {
  std::vector<TriedWindow> windows;
  for (FoundWindow& found : search.Windows(photo.grey, least)) {
    const bool is_face = IsAt(found, photo.faces, kSame);
    const bool in_part =
        !is_face && (IsAt(found, photo.faces, kApart) || IsAt(found, photo.other_faces, kApart));
    if (!in_part) windows.push_back({std::move(found), is_face});
  }
  return windows;
}

std::vector<JudgedWindow> JudgeWindows(const std::vector<FinderPhoto>& photos,
                                       const WindowSearch& search, double least) {
  std::vector<JudgedWindow> windows;
  for (const FinderPhoto& photo : photos) {
    for (const auto& [found, is_face] : TryWindows(photo, search, least)) {
      windows.push_back(
          {found.window.score, found.reading.face.value_or(0), found.window.added, is_face});
    }
  }
  return windows;
}

}  // namespace facedeblur
