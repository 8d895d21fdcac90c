#pragma once

#include <cstdint>
#include <string>

#include "facedeblur/weights/weights_notes.h"

namespace facedeblur {

/// What a weights file is.
struct WeightsInfo {
  std::string network;   ///< its name in the table of networks
  std::string kind;      ///< "facedeblur model" or "Keras 2 HDF5"
  std::string channels;  ///< "BGR" or "RGB"
  double range = 0;      ///< value of white
  int chip_size = 0;     ///< pixels
  std::int64_t parameters = 0;
  std::int64_t bytes = 0;
  std::string sha256;
  WeightsNotes notes;
  std::string self_test;  ///< "passed", "none", or how it failed
  bool self_test_failed = false;
};

}  // namespace facedeblur
