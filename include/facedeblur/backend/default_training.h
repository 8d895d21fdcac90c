#pragma once

#include "facedeblur/backend/trainer_options.h"

namespace facedeblur {

/// How a network is trained, where nothing else is asked for: on what pairs, and how fast.
TrainerOptions DefaultTraining(NetworkId network);

}  // namespace facedeblur
