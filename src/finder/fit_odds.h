#pragma once

#include <vector>

#include "facedeblur/face/face_odds.h"

namespace facedeblur {

/// A window of a search of which it is known what it shows.
struct JudgedWindow {
  double score = 0;    ///< the search's
  double reading = 0;  ///< FaceReading::face
  bool added = false;  ///< found by added sub-detectors alone
  bool is_face = false;
};

/// The odds under which these windows are likeliest (logistic regression, by Newton's method, with
/// a faint pull of all four numbers towards 0). Throws Error(kInput) unless there are faces among
/// them, and others.
FaceOdds FitOdds(const std::vector<JudgedWindow>& windows);

}  // namespace facedeblur
