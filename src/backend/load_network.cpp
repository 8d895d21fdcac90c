#include "facedeblur/backend/load_network.h"

#include <future>
#include <utility>

#include "facedeblur/backend/open_backend.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/model_path.h"
#include "facedeblur/weights/weights_file.h"

namespace facedeblur {

Compute OpenCompute(const DeviceRequest& request, Precision precision) {
  std::string unusable;  // why the backend that was opened has no CUDA device
  Compute compute;
  compute.backend = &OpenBackend(request, &compute.note);
  compute.device = compute.backend->ResolveDevice(request, precision, &unusable);
  if (compute.note.empty()) compute.note = unusable;
  return compute;
}

LoadedNetwork LoadNetwork(const NetworkRequest& request) {
  LoadedNetwork network;
  network.weights = FindWeights(request.weights, request.models);
  auto reading = std::async(std::launch::async, [&] { return ReadWeightsFile(network.weights); });
  network.compute = OpenCompute(request.device, request.precision);
  WeightsFile file = reading.get();
  network.weights_sha256 = file.sha256;
  try {
    network.restorer =
        network.compute.backend->MakeRestorer(std::move(file.content), network.compute.device);
  } catch (const Error& error) {
    throw Error(error.kind(), network.weights.string() + ": " + error.what());
  }
  return network;
}

}  // namespace facedeblur
