#include "facedeblur/infer/model_registry.h"

#include <exception>
#include <functional>
#include <future>
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
    std::function<std::unique_ptr<FaceRestorer>(std::future<ModelFile>, const ComputeDevice&)>;

Factory FaceWiener(bool second_estimate) {
  return [second_estimate](std::future<ModelFile> model, const ComputeDevice& device) {
    return MakeFaceWienerRestorer(second_estimate, std::move(model), device);
  };
}

/// Every network that a model file can name. Keras files hold the reference network.
const std::map<std::string, Factory>& Networks() {
  static const std::map<std::string, Factory> networks = {
      {"face-wiener-1", FaceWiener(false)},  // one kernel estimate
      {"face-wiener-2", FaceWiener(true)},   // and a second one from the first restoration
  };
  return networks;
}

std::unique_ptr<FaceRestorer> MakeRestorer(Bytes bytes, const ComputeDevice& device) {
  if (!IsModelFile(bytes)) {
    return MakeReferenceRestorer(ReadKerasWeights(std::move(bytes)), device);
  }
  const std::string network = ReadNetworkName(bytes);
  const auto factory = Networks().find(network);
  if (factory == Networks().end()) {
    throw Error(ErrorKind::kModel,
                "it is for the network '" + network + "', which this program does not know");
  }
  auto model = std::async(std::launch::async, ReadModelFile, std::move(bytes));
  return factory->second(std::move(model), device);
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
