#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "facedeblur/util/file_io.h"
#include "facedeblur/weights/keras_weights.h"
#include "facedeblur/weights/model_file.h"
#include "facedeblur/weights/networks.h"

namespace facedeblur {

/// What a weights file can hold: a model of the project's own, or the layers of a Keras 2 file.
using Weights = std::variant<ModelFile, KerasWeights>;

WeightsKind KindOf(const Weights& weights);

/// The network that weights are for. A model file says so itself, and may name one that is not
/// known here; Keras files hold the layers of one network alone.
std::string_view NetworkName(const Weights& weights);

/// Throws Error(kModel) for anything else, see ReadModelFile() and ReadKerasWeights().
Weights ParseWeights(Bytes bytes);

/// What was in a weights file when it was read.
struct WeightsFile {
  Weights content;
  std::string sha256;      ///< of the file's bytes
  std::int64_t bytes = 0;  ///< the file's size
};

/// Throws Error(kModel) with a line that names the file.
WeightsFile ReadWeightsFile(const std::filesystem::path& path);

}  // namespace facedeblur
