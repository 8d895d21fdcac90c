#include "facedeblur/backend/default_training.h"

#include "facedeblur/face/landmark_network_spec.h"
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

/// As wide as the scatter of dlib's squares around faces, and blur of up to 65 pixels at a face of
/// 160.
PairOptions BlurredLandmarkPairs() {
  PairOptions pairs;
  pairs.chip_size = kLandmarkChip;
  pairs.min_eye_distance = 0.78 * kFirstEyeDistance;
  pairs.max_eye_distance = 1.28 * kFirstEyeDistance;
  pairs.max_rotation = 25;
  pairs.max_shift = 0.07;
  pairs.over_edge = true;
  pairs.elsewhere = 0.25;
  pairs.kernel.min_shake = 3;
  pairs.kernel.max_size = 19;
  pairs.kernel.none = 0.1;
  pairs.kernel.max_sigma = 3;
  pairs.kernel.max_radius = 5;
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
  if (network == NetworkId::kFaceLandmarks2) {
    options.pairs = BlurredLandmarkPairs();
    options.samples = 1'000'000;
    options.batch = 64;
    options.learning_rate = 2e-3;
    options.warmup = 12'800;
    options.clip = 1;
    options.validate_every = 50'000;
    options.validation_pairs = 512;
  }
  return options;
}

}  // namespace facedeblur
