#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "face/window_search.h"
#include "facedeblur/face/finder_file.h"
#include "finder/finder_photo.h"
#include "finder/fit_odds.h"

// A search for faces, tried on photos whose faces are known.
namespace facedeblur {

/// The search that a finder makes, without the usual reader of landmarks.
WindowSearch SearchOf(const FinderFile& finder);

struct SearchTally {
  std::size_t faces = 0;
  std::size_t found = 0;
  std::size_t found_by_dlib = 0;  ///< by dlib's own sub-detectors alone
};

/// What a search, and dlib's own, find at the usual threshold.
SearchTally TallySearch(const std::vector<FinderPhoto>& photos, const WindowSearch& search);

/// A window, and whether it and the square where its reader places the face show one; unknown where
/// that is a part of a face.
struct TriedWindow {
  FoundWindow found;
  std::optional<bool> in_window;
  std::optional<bool> in_square;
};

/// All windows that score `least`.
std::vector<TriedWindow> TryWindows(const FinderPhoto& photo, const WindowSearch& search,
                                    double least);

/// The same of several photos, as odds are fitted to them: the square tells whether it is a face.
std::vector<JudgedWindow> JudgeWindows(const std::vector<FinderPhoto>& photos,
                                       const WindowSearch& search, double least,
                                       std::size_t threads);

}  // namespace facedeblur
