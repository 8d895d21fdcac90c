#pragma once

#include "cli/option_binder.h"
#include "facedeblur/dataset/pair_options.h"

namespace facedeblur {

/// Binds every option of how pairs are drawn, from the tables of the module `dataset`. Their
/// PairOptions::Validate() checks the limits.
void BindPairOptions(OptionBinder* binder, PairOptions* options);

/// Those of the blur and what else befalls an image alone, not of how a face lies in its chip.
void BindDegradationOptions(OptionBinder* binder, PairOptions* options);

}  // namespace facedeblur
