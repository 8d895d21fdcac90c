#include "facedeblur/backend/default_pairs.h"

namespace facedeblur {
namespace {

/// The notebook's: aligned 64x64 crops with the eyes 24 pixels apart, kernels of about 10 pixels.
PairOptions ReferencePairs() {
  PairOptions pairs;
  pairs.chip_size = 64;  // kReferenceChipSize in nn/reference_spec.h
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

PairOptions DefaultPairs(NetworkId network) {
  switch (network) {
    case NetworkId::kReference15:
      return ReferencePairs();
    case NetworkId::kFaceWiener1:
    case NetworkId::kFaceWiener3:
    case NetworkId::kFaceLandmarks1:
      break;
  }
  return {};  // made for these
}

}  // namespace facedeblur
