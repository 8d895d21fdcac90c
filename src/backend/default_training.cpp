#include "facedeblur/backend/default_training.h"

#include "facedeblur/weights/reference_spec.h"

namespace facedeblur {
namespace {

/// The notebook's: aligned 64x64 crops with the eyes 24 pixels apart, kernels of about 10 pixels.
PairOptions ReferencePairs() {
  PairOptions pairs;
  pairs.chip_size = kReferenceChipSize;
  pairs.min_eye_distance = 22;
  pairs.max_eye_distance = 26;
  pairs.max_rotation = 4;
  pairs.max_shift = 0.03;
  pairs.kernel.min_shake = 3;
  pairs.kernel.max_size = 13;
  pairs.kernel.max_sigma = 2.5;
  pairs.kernel.max_radius = 4;
  return pairs;
}

}  // namespace

TrainerOptions DefaultTraining(NetworkId network) {
  TrainerOptions options;  // made for the face networks
  options.network = network;
  if (network == NetworkId::kReference15) {
    options.pairs = ReferencePairs();
    options.validate_every = 10'000;  // it is slow: whole chips in fp32
    options.crops = 0.9;
    options.learning_rate = 3e-3;
  }
  return options;
}

}  // namespace facedeblur
