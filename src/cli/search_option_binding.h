#pragma once

#include "cli/option_binder.h"
#include "facedeblur/face/detector.h"

namespace facedeblur {

/// Binds what decides which faces are found.
void BindSearchOptions(OptionBinder* binder, DetectorOptions* options);

}  // namespace facedeblur
