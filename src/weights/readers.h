#pragma once

#include <vector>

#include "facedeblur/weights/keras_weights.h"
#include "facedeblur/weights/model_file.h"
#include "weights/hdf5_file.h"

namespace facedeblur {

/// Notes are attributes of the root of a file, of Keras's too, which overlooks them.
WeightsNotes ReadNotes(const Hdf5File& file);
void WriteNotes(const WeightsNotes& notes, Hdf5File* file);

/// As ReadModelFile() and ReadKerasWeights(), from an open file.
ModelFile ReadModel(const Hdf5File& file);
KerasWeights ReadKeras(const Hdf5File& file);

}  // namespace facedeblur
