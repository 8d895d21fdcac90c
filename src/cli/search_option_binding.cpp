#include "cli/search_option_binding.h"

#include <string>

#include "facedeblur/face/finder_file.h"

namespace facedeblur {

void BindSearchOptions(OptionBinder* binder, DetectorOptions* options) {
  binder
      ->Add("--min-face", &options->min_face, "PX",
            "Smallest face to look for, pixels; 0: 40 in photos of up to 2 megapixels, larger in "
            "larger ones, at the same cost")
      ->check(CLI::Range(0, 100000));
  binder
      ->Add("--detector-threshold", &options->threshold, "P",
            "How likely something must be to count as a face, between 0 and 1; lower finds more "
            "blurred faces, and more that are none")
      ->check(NumberBetween(0.001, 0.999));
  binder->AddPath(
      "--landmarks", &options->landmark_model, "FILE",
      std::string("dlib's model of 68 landmarks (") + kLandmarkModel +
          "), to read the landmarks of faces that the search is sure of, and of restored "
          "ones again; a bare name is looked for here and in the model folder "
          "[networks in " +
          kFinderFile + " read all]");
  binder->AddFlag(
      "--any-rotation", &options->any_rotation,
      "Look for faces at all angles: also for those turned by 45, 135, 225 and 315 degrees, and "
      "even where some are upright, unless one of those is beyond doubt; takes up to six times as "
      "long");
}

}  // namespace facedeblur
