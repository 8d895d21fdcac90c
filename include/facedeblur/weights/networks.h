#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace facedeblur {

/// Every network of this program.
enum class NetworkId { kFaceWiener1, kFaceWiener3, kReference15, kFaceLandmarks1, kFaceLandmarks2 };
inline constexpr auto kNetworkCount = static_cast<std::size_t>(NetworkId::kFaceLandmarks2) + 1;

/// What a network's weights are stored as.
enum class WeightsKind {
  kModel,  ///< a model file of the project's own, which names its network
  kKeras,  ///< the layers of a Keras 2 HDF5 file
};

/// What is known of a network without LibTorch. How it is made is in networks/network_table.h.
struct NetworkInfo {
  NetworkId id;
  std::string_view name;         ///< in model files and on the command line
  std::string_view description;  ///< for a list of networks, a few words
  WeightsKind weights;
  bool restores;  ///< makes faces sharp; the others find landmarks
};

/// All of them, in the order of NetworkId. Every one can be trained.
const std::array<NetworkInfo, kNetworkCount>& Networks();

const NetworkInfo& InfoOf(NetworkId id);

/// Null for a name that no network has.
const NetworkInfo* FindNetwork(std::string_view name);

}  // namespace facedeblur
