#include "facedeblur/engine/engine.h"

#include <string_view>
#include <utility>

#include "engine/commands.h"
#include "facedeblur/networks/restorers.h"
#include "facedeblur/nn/device.h"
#include "facedeblur/util/version.h"

namespace facedeblur {
namespace {

class TorchEngine : public Engine {
 public:
  TorchEngine() { ConfigureInference(); }

  std::string LibTorchVersion() const override { return facedeblur::LibTorchVersion(); }
  std::string InstructionSet() const override { return CpuInstructionSet(); }

  ComputeDevice ResolveDevice(const std::string& name, std::string* note) const override {
    return facedeblur::ResolveDevice(name, note);
  }

  void ResolvePrecision(const std::string& name, ComputeDevice* device) const override {
    facedeblur::ResolvePrecision(ParsePrecision(name), Workload::kInference, device);
  }

  std::unique_ptr<FaceRestorer> MakeRestorer(Weights weights,
                                             const ComputeDevice& device) const override {
    return facedeblur::MakeRestorer(std::move(weights), device);
  }

  std::unique_ptr<Command> MakeCommand(const std::string& name) const override {
    if (name == "info") return MakeInfoCommand();
    if (name == "synth") return MakeSynthCommand();
    if (name == "train") return MakeTrainCommand();
    if (name == "evaluate") return MakeEvaluateCommand();
    return nullptr;
  }
};

}  // namespace
}  // namespace facedeblur

extern "C" __attribute__((visibility("default"))) const facedeblur::Engine* FacedeblurEngine(
    const char* version) {
  if (std::string_view(version) != facedeblur::Version()) return nullptr;
  static const facedeblur::TorchEngine engine;
  return &engine;
}
