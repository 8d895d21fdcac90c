#pragma once

#include <string>

namespace facedeblur {

/// What a weights file says of itself, as text for people. Each may be empty.
struct WeightsNotes {
  std::string training;  ///< how the weights were made
  std::string license;   ///< terms of use of the weights
  std::string figures;   ///< how good they were found to be, and on what
};

}  // namespace facedeblur
