#pragma once

#include <vector>

#include "facedeblur/weights/keras_weights.h"
#include "facedeblur/weights/model_file.h"
#include "weights/hdf5_file.h"

namespace facedeblur {

/// As ReadModelFile() and ReadKerasWeights(), from an open file.
ModelFile ReadModel(const Hdf5File& file);
std::vector<KerasLayer> ReadKerasLayers(const Hdf5File& file);

}  // namespace facedeblur
