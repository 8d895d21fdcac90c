#include <utility>

#include "face/landmark_networks.h"
#include "facedeblur/finder/train_finder.h"
#include "facedeblur/util/error.h"
#include "facedeblur/weights/networks.h"
#include "facedeblur/weights/weights_file.h"

namespace facedeblur {
namespace {

NamedNumbers ReadWeights(const std::filesystem::path& weights) {
  WeightsFile file = ReadWeightsFile(weights);
  const auto fail = [&](const std::string& cause) {
    throw Error(ErrorKind::kModel, weights.string() + ": " + cause);
  };
  const std::string_view wanted = InfoOf(NetworkId::kFaceLandmarks2).name;
  if (NetworkName(file.content) != wanted) fail("it is not for " + std::string(wanted));
  NamedNumbers numbers;
  for (auto& [name, tensor] : std::get<ModelFile>(file.content).tensors) {
    numbers[name] = std::move(tensor.values);
  }
  try {
    const LandmarkNetworks tried({numbers});
  } catch (const Error& error) {
    fail(error.what());
  }
  return numbers;
}

}  // namespace

std::vector<NamedNumbers> ReadLandmarkNetworks(const std::filesystem::path& file) {
  if (IsFinderName(file)) return LoadFinder(file).landmark_networks;
  return {ReadWeights(file)};
}

}  // namespace facedeblur
