#include <string_view>
#include <utility>

#include "facedeblur/backend/backend.h"
#include "facedeblur/networks/restorers.h"
#include "facedeblur/networks/train.h"
#include "facedeblur/networks/weights_info.h"
#include "facedeblur/nn/device.h"
#include "facedeblur/nn/precision.h"

namespace facedeblur {
namespace {

/// Hands every call to the module that does it.
class TorchBackend : public Backend {
 public:
  TorchBackend() { ConfigureInference(); }

  std::string LibTorchVersion() const override { return facedeblur::LibTorchVersion(); }
  std::string InstructionSet() const override { return CpuInstructionSet(); }

  ComputeDevice ResolveDevice(const DeviceRequest& request, Precision precision,
                              std::string* note) const override {
    ComputeDevice device = facedeblur::ResolveDevice(request, note);
    ResolvePrecision(precision, Workload::kInference, &device);
    return device;
  }

  std::unique_ptr<FaceRestorer> MakeRestorer(Weights weights,
                                             const ComputeDevice& device) const override {
    return facedeblur::MakeRestorer(std::move(weights), device);
  }

  WeightsInfo DescribeWeights(const std::filesystem::path& weights,
                              const ComputeDevice& device) const override {
    return InspectWeights(weights, device);
  }

  void Train(const FaceSet& training, const FaceSet& validation, const TrainerOptions& options,
             const ComputeDevice& device,
             const std::function<void(const TrainingProgress&)>& on_progress,
             const std::function<bool()>& stop) const override {
    facedeblur::Train(training, validation, options, device, on_progress, stop);
  }
};

}  // namespace
}  // namespace facedeblur

extern "C" __attribute__((visibility("default"))) const facedeblur::Backend* FacedeblurBackend(
    const char* version) {
  if (std::string_view(version) != FACEDEBLUR_VERSION) return nullptr;
  static const facedeblur::TorchBackend backend;
  return &backend;
}
