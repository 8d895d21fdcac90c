#include "cli/search_option_binding.h"

#include <cmath>

#include "facedeblur/util/error.h"

namespace facedeblur {

void BindSearchOptions(OptionBinder* binder, DetectorOptions* options) {
  binder
      ->Add("--min-face", &options->min_face, "PX",
            "Smallest face to look for, pixels; 0: 40 in photos of up to 2 megapixels, larger in "
            "larger ones, at the same cost")
      ->check(CLI::Range(0, 100000));
  binder->Add("--detector-threshold", &options->threshold, "X",
              "Detector score from which something counts as a face; lower finds more blurred "
              "faces, and more that are none");
  binder->AddFlag(
      "--any-rotation", &options->any_rotation,
      "Where a photo shows no face upright, look not only for faces turned by 90, 180 and "
      "270 degrees, but also for those in between");
}

void RequireSoundSearch(const DetectorOptions& options) {
  // Range checks let not-a-number pass: it is neither below nor above anything.
  if (std::isfinite(options.threshold)) return;
  throw Error(ErrorKind::kUsage, "--detector-threshold takes a finite number");
}

}  // namespace facedeblur
