#include "facedeblur/infer/model_registry.h"

#include <exception>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "facedeblur/nn/keras_weights.h"
#include "facedeblur/nn/model_file.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "infer/network_restorers.h"

namespace facedeblur {
namespace {

using Factory =
    std::function<std::unique_ptr<FaceRestorer>(const ModelFile&, const ComputeDevice&)>;

/// Every network that a model file can name. Keras files hold the reference network.
const std::map<std::string, Factory>& Networks() {
  static const std::map<std::string, Factory> networks = {
      {"face-wiener-1", MakeFaceWienerRestorer},  // one kernel estimate
      {"face-wiener-2", MakeFaceWienerRestorer},  // and a second one from the first restoration
  };
  return networks;
}

std::unique_ptr<FaceRestorer> MakeRestorer(Bytes bytes, const ComputeDevice& device) {
  if (!IsModelFile(bytes)) {
    return MakeReferenceRestorer(ReadKerasWeights(std::move(bytes)), device);
  }
  const ModelFile model = ReadModelFile(std::move(bytes));
  const auto factory = Networks().find(model.network);
  if (factory == Networks().end()) {
    throw Error(ErrorKind::kModel,
                "it is for the network '" + model.network + "', which this program does not know");
  }
  return factory->second(model, device);
}

}  // namespace

std::unique_ptr<FaceRestorer> LoadRestorer(const std::filesystem::path& weights,
                                           const ComputeDevice& device) {
  try {
    return MakeRestorer(ReadFile(weights), device);
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kModel, weights.string() + ": " + DescribeException(error));
  }
}

}  // namespace facedeblur
