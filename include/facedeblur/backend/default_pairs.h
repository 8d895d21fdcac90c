#pragma once

#include "facedeblur/dataset/training_pair.h"
#include "facedeblur/weights/networks.h"

namespace facedeblur {

/// How pairs are drawn for a network: chips of its size with blur in its range.
PairOptions DefaultPairs(NetworkId network);

}  // namespace facedeblur
