#include "cli/model_loader.h"

#include <spdlog/spdlog.h>

#include <exception>

#include "cli/run_setup.h"

namespace facedeblur {
namespace {

LoadedNetwork LoadNetworkOf(const RestoreOptions& options) {
  LoadedNetwork network =
      LoadNetwork({options.weights, options.models, options.device, options.precision});
  TellDevice(network.compute);
  spdlog::debug("weights: {}, {}", network.weights.string(), network.restorer->Describe());
  return network;
}

}  // namespace

ModelLoader::ModelLoader(const RestoreOptions& options)
    : options_(options), detector_(std::async(std::launch::async, [&options] {
        return options.process.aligned ? nullptr : LoadDetector(options.detector, options.models);
      })) {}

void ModelLoader::LoadNetworkHere() {
  try {
    loading_.set_value(LoadNetworkOf(options_));
  } catch (...) {
    loading_.set_exception(std::current_exception());
  }
}

BatchModels ModelLoader::ForBatch() const {
  // Deferred: whoever asks first waits for the two above.
  return {std::async(std::launch::deferred, [this] { return detector(); }).share(),
          std::async(std::launch::deferred, [this]() -> const FaceRestorer* {
            return network_.get().restorer.get();
          }).share()};
}

}  // namespace facedeblur
