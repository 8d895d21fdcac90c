#pragma once

#include <array>
#include <memory>

#include "facedeblur/restore/restorer.h"
#include "facedeblur/weights/networks.h"
#include "facedeblur/weights/weights_file.h"
#include "train/trainer.h"

namespace facedeblur {

/// How a network is made: for its name and what its weights are, see weights/networks.h; for what
/// it is trained on, DefaultTraining().
struct NetworkEntry {
  NetworkId id;
  /// From weights of its kind. Null where the network restores nothing.
  std::unique_ptr<FaceRestorer> (*make_restorer)(Weights weights, const ComputeDevice& device);
  ObjectiveFactory make_objective;
};

/// All networks, in the order of NetworkId.
const std::array<NetworkEntry, kNetworkCount>& NetworkTable();

const NetworkEntry& EntryOf(NetworkId id);

}  // namespace facedeblur
