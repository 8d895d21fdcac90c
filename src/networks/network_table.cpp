#include "networks/network_table.h"

#include <utility>

#include "infer/network_restorers.h"

namespace facedeblur {
namespace {

template <bool corrects_kernel>
std::unique_ptr<FaceRestorer> RestorerOfFaceWiener(Weights weights, const ComputeDevice& device) {
  return MakeFaceWienerRestorer(corrects_kernel, std::get<ModelFile>(std::move(weights)), device);
}

template <bool corrects_kernel>
std::unique_ptr<Objective> ObjectiveOfFaceWiener(const LossOptions& losses,
                                                 const torch::Device& device) {
  return MakeFaceWienerObjective(losses, device, corrects_kernel);
}

std::unique_ptr<FaceRestorer> RestorerOfReference(Weights weights, const ComputeDevice& device) {
  return MakeReferenceRestorer(std::get<KerasWeights>(weights).layers, device);
}

std::unique_ptr<Objective> ObjectiveOfLandmarks(const LossOptions& /*losses*/,
                                                const torch::Device& /*device*/) {
  return MakeLandmarkObjective();
}

}  // namespace

const std::array<NetworkEntry, kNetworkCount>& NetworkTable() {
  static constexpr std::array<NetworkEntry, kNetworkCount> kTable = {{
      {NetworkId::kFaceWiener1, RestorerOfFaceWiener<false>, ObjectiveOfFaceWiener<false>},
      {NetworkId::kFaceWiener3, RestorerOfFaceWiener<true>, ObjectiveOfFaceWiener<true>},
      {NetworkId::kReference15, RestorerOfReference, MakeReferenceObjective},
      {NetworkId::kFaceLandmarks1, nullptr, ObjectiveOfLandmarks},
      {NetworkId::kFaceLandmarks2, nullptr, MakeBlurredLandmarkObjective},
  }};
  return kTable;
}

const NetworkEntry& EntryOf(NetworkId id) {
  return NetworkTable().at(static_cast<std::size_t>(id));
}

}  // namespace facedeblur
