#pragma once

#include "cli/option_binder.h"
#include "facedeblur/dataset/face_set.h"

namespace facedeblur {

/// What faces are placed by, for the commands that train and score.
inline void BindAlignBy(OptionBinder* binder, AlignBy* align_by) {
  const Choices<AlignBy> choices = {{"landmarks", AlignBy::kLandmarks},
                                    {"square", AlignBy::kSquare}};
  binder->AddChoice("--align-by", align_by, choices, "NAME",
                    "landmarks, as restoring does; square: the detector's square alone, to tell "
                    "what alignment is worth");
}

}  // namespace facedeblur
