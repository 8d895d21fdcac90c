#pragma once

#include <cstddef>
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
  std::size_t found_by_dlib = 0;  ///< by the scores of its own sub-detectors
};

/// What a search finds at the usual threshold.
SearchTally TallySearch(const std::vector<FinderPhoto>& photos, const WindowSearch& search);

/// A window, and whether it shows a face.
struct TriedWindow {
  FoundWindow found;
  bool is_face = false;
};

/// The windows that score `least` and show either a face or none for certain.
std::vector<TriedWindow> TryWindows(const FinderPhoto& photo, const WindowSearch& search,
                                    double least);

/// The same of several photos, as odds are fitted to them.
std::vector<JudgedWindow> JudgeWindows(const std::vector<FinderPhoto>& photos,
                                       const WindowSearch& search, double least);

}  // namespace facedeblur
