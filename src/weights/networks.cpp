#include "facedeblur/weights/networks.h"

namespace facedeblur {

const std::array<NetworkInfo, kNetworkCount>& Networks() {
  static constexpr std::array<NetworkInfo, kNetworkCount> kNetworks = {{
      {NetworkId::kFaceWiener1, "face-wiener-1", "kernel estimate, Wiener, U-Net",
       WeightsKind::kModel, /*restores=*/true},
      {NetworkId::kFaceWiener3, "face-wiener-3",
       "kernel estimate judged by what it leads to, Wiener, U-Net", WeightsKind::kModel,
       /*restores=*/true},
      {NetworkId::kReference15, "reference-15", "15 convolutions, that of the Keras notebook",
       WeightsKind::kKeras,
       /*restores=*/true},
      {NetworkId::kFaceLandmarks1, "face-landmarks-1", "landmarks, for --features",
       WeightsKind::kModel,
       /*restores=*/false},
      {NetworkId::kFaceLandmarks2, "face-landmarks-2",
       "landmarks in spite of blur, for train-finder", WeightsKind::kModel,
       /*restores=*/false},
  }};
  return kNetworks;
}

const NetworkInfo& InfoOf(NetworkId id) { return Networks().at(static_cast<std::size_t>(id)); }

const NetworkInfo* FindNetwork(std::string_view name) {
  for (const NetworkInfo& network : Networks()) {
    if (network.name == name) return &network;
  }
  return nullptr;
}

}  // namespace facedeblur
