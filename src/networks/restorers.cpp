#include "facedeblur/networks/restorers.h"

#include <exception>
#include <string>
#include <utility>

#include "facedeblur/util/error.h"
#include "networks/network_table.h"
#include "nn/torch_error.h"

namespace facedeblur {
namespace {

/// The network that weights are for. Throws Error(kModel) where it is unknown or restores nothing.
const NetworkEntry& RestoringNetworkOf(const Weights& weights) {
  const std::string name(NetworkName(weights));
  const NetworkInfo* const info = FindNetwork(name);
  if (info == nullptr || info->weights != KindOf(weights)) {
    throw Error(ErrorKind::kModel,
                "it is for the network '" + name + "', which this program does not know");
  }
  if (!info->restores) {
    throw Error(ErrorKind::kModel, "it is for the network '" + name + "', which restores nothing");
  }
  return EntryOf(info->id);
}

}  // namespace

std::unique_ptr<FaceRestorer> MakeRestorer(Weights weights, const ComputeDevice& device) {
  try {
    const auto make_restorer = RestoringNetworkOf(weights).make_restorer;
    return make_restorer(std::move(weights), device);
  } catch (const std::exception& error) {
    // Weights too large for this computer are no good; for a GPU, they may be.
    throw ToError(error, device, ErrorKind::kModel,
                  device.cuda ? ErrorKind::kDevice : ErrorKind::kModel);
  }
}

std::unique_ptr<FaceRestorer> LoadRestorer(const std::filesystem::path& file,
                                           const ComputeDevice& device) {
  Weights weights = ReadWeightsFile(file).content;
  try {
    return MakeRestorer(std::move(weights), device);
  } catch (const Error& error) {
    throw Error(error.kind(), file.string() + ": " + error.what());
  }
}

}  // namespace facedeblur
