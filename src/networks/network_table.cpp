#include "networks/network_table.h"

#include <utility>

#include "infer/network_restorers.h"

namespace facedeblur {
namespace {

template <bool corrects_kernel>
std::unique_ptr<FaceRestorer> FaceWienerRestorer(Weights weights, const ComputeDevice& device) {
  return MakeFaceWienerRestorer(corrects_kernel, std::get<ModelFile>(std::move(weights)), device);
}

template <bool corrects_kernel>
std::unique_ptr<Objective> FaceWienerObjective(const LossOptions& losses,
                                               const torch::Device& device) {
  return MakeFaceWienerObjective(losses, device, corrects_kernel);
}

std::unique_ptr<FaceRestorer> ReferenceRestorer(Weights weights, const ComputeDevice& device) {
  return MakeReferenceRestorer(std::get<std::vector<KerasLayer>>(weights), device);
}

std::unique_ptr<Objective> LandmarkObjective(const LossOptions& /*losses*/,
                                             const torch::Device& /*device*/) {
  return MakeLandmarkObjective();
}

}  // namespace

const std::array<NetworkEntry, kNetworkCount>& NetworkTable() {
  static constexpr std::array<NetworkEntry, kNetworkCount> kTable = {{
      {NetworkId::kFaceWiener1, FaceWienerRestorer<false>, FaceWienerObjective<false>},
      {NetworkId::kFaceWiener3, FaceWienerRestorer<true>, FaceWienerObjective<true>},
      {NetworkId::kReference15, ReferenceRestorer, MakeReferenceObjective},
      {NetworkId::kFaceLandmarks1, nullptr, LandmarkObjective},
  }};
  return kTable;
}

const NetworkEntry& EntryOf(NetworkId id) {
  return NetworkTable().at(static_cast<std::size_t>(id));
}

}  // namespace facedeblur
