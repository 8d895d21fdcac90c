#include "train/objective.h"

#include "facedeblur/nn/reference_spec.h"
#include "facedeblur/util/error.h"
#include "nn/landmark_net.h"

namespace facedeblur {

std::unique_ptr<Objective> Objective::Create(const std::string& network, const LossOptions& losses,
                                             const torch::Device& device) {
  if (network == "face-wiener-1") return MakeFaceWienerObjective(losses, device, false);
  if (network == "face-wiener-2") return MakeFaceWienerObjective(losses, device, true);
  if (network == kReferenceNetwork) return MakeReferenceObjective(losses, device);
  if (network == kLandmarkNetwork) return MakeLandmarkObjective();
  throw Error(ErrorKind::kUsage, "the network '" + network + "' cannot be trained");
}

}  // namespace facedeblur
