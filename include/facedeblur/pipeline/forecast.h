#pragma once

#include <string>

#include "facedeblur/pipeline/batch_runner.h"
#include "facedeblur/pipeline/image_list.h"

namespace facedeblur {

/// What would become of an image.
enum class Fate {
  kDone,     ///< its faces would be searched; what follows depends on them
  kSkipped,  ///< its output is there already and would stay
  kFailed,
};

struct Forecast {
  Fate fate = Fate::kDone;
  std::string message;  ///< of a failure, as the batch would tell it
};

/// Tells what RunBatch() would make of an image, as far as the file's header and what is there
/// already decide that. Standard input is not read: it can be read once. Writes nothing.
Forecast Foresee(const PlannedImage& image, const BatchOptions& options);

}  // namespace facedeblur
