#include "facedeblur/infer/model_registry.h"

#include <exception>
#include <map>
#include <string>
#include <utility>

#include "facedeblur/util/error.h"
#include "infer/network_restorers.h"
#include "nn/torch_error.h"

namespace facedeblur {
namespace {

using Factory = std::unique_ptr<FaceRestorer> (*)(ModelFile, const ComputeDevice&);

template <bool second_estimate>
std::unique_ptr<FaceRestorer> FaceWiener(ModelFile model, const ComputeDevice& device) {
  return MakeFaceWienerRestorer(second_estimate, std::move(model), device);
}

/// Every network that a model file can name. Keras files hold the reference network.
const std::map<std::string, Factory>& Networks() {
  static const std::map<std::string, Factory> networks = {
      {"face-wiener-1", FaceWiener<false>},  // one kernel estimate
      {"face-wiener-2", FaceWiener<true>},   // and a second one from the first restoration
  };
  return networks;
}

std::unique_ptr<FaceRestorer> Make(Weights weights, const ComputeDevice& device) {
  if (const auto* layers = std::get_if<std::vector<KerasLayer>>(&weights)) {
    return MakeReferenceRestorer(*layers, device);
  }
  auto& model = std::get<ModelFile>(weights);
  const auto factory = Networks().find(model.network);
  if (factory == Networks().end()) {
    throw Error(ErrorKind::kModel,
                "it is for the network '" + model.network + "', which this program does not know");
  }
  return factory->second(std::move(model), device);
}

}  // namespace

std::unique_ptr<FaceRestorer> MakeRestorer(Weights weights, const ComputeDevice& device) {
  try {
    return Make(std::move(weights), device);
  } catch (const std::exception& error) {
    // Weights too large for this computer are no good; for a GPU, they may be.
    throw ToError(error, device, ErrorKind::kModel,
                  device.cuda ? ErrorKind::kDevice : ErrorKind::kModel);
  }
}

std::unique_ptr<FaceRestorer> LoadRestorer(const std::filesystem::path& weights,
                                           const ComputeDevice& device) {
  Weights content = ReadWeightsFile(weights);
  try {
    return MakeRestorer(std::move(content), device);
  } catch (const Error& error) {
    throw Error(error.kind(), weights.string() + ": " + error.what());
  }
}

}  // namespace facedeblur
