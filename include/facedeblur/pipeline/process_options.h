#pragma once

namespace facedeblur {

/// How far around a face the photo is restored.
enum class Extent {
  kFace,   ///< jaw to forehead
  kHead,   ///< hair, ears and neck too, where the network estimates a blur kernel
  kPhoto,  ///< all that is blurred as the faces are, where the network estimates a blur kernel
};

/// What happens inside one image.
struct ProcessOptions {
  bool aligned = false;  ///< the image is one aligned face: no detection, all of it is restored
  int max_faces = 0;     ///< only the largest so many faces; 0: all
  Extent extent = Extent::kHead;
  double strength = 1;  ///< 0 (nothing changes) .. 1
};

}  // namespace facedeblur
