#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "facedeblur/backend/trainer_options.h"
#include "facedeblur/backend/weights_info.h"
#include "facedeblur/dataset/face_set.h"
#include "facedeblur/restore/compute_device.h"
#include "facedeblur/restore/restorer.h"
#include "facedeblur/weights/weights_file.h"

namespace facedeblur {

/// Everything that needs LibTorch, as functions of values. Its implementation is a library of its
/// own; see OpenBackend(). May be used from several threads at once.
class Backend {
 public:
  virtual ~Backend() = default;

  virtual std::string LibTorchVersion() const = 0;  ///< "1.13.1"
  virtual std::string InstructionSet() const = 0;   ///< of LibTorch's kernels: "AVX512", "AVX2"

  /// A device that exists and works. Where `request` leaves the choice and it falls on the CPU,
  /// `*note` says why (untouched otherwise). Throws Error(kDevice) when what was asked for cannot
  /// be had.
  virtual ComputeDevice ResolveDevice(const DeviceRequest& request, Precision precision,
                                      std::string* note) const = 0;

  /// The restorer of the network that the weights are for. Runs their self-test where they have
  /// one. Throws Error(kModel), or Error(kDevice) when the device fails.
  virtual std::unique_ptr<FaceRestorer> MakeRestorer(Weights weights,
                                                     const ComputeDevice& device) const = 0;

  /// What a weights file is; runs its self-test on the device. Throws Error(kModel) with a line
  /// that names the file.
  virtual WeightsInfo DescribeWeights(const std::filesystem::path& weights,
                                      const ComputeDevice& device) const = 0;

  /// Trains a network on pairs drawn on the fly from sharp faces. Resumes from
  /// `options.output`/state.pt where there is one, and goes on exactly as if it had not stopped.
  /// Writes to that folder weights.h5 (averaged weights), best.h5 (the best on validation),
  /// log.jsonl, and loss.png, kernel.png, psnr.png and examples.png to look at. `stop` is asked
  /// after each step; the state is saved then.
  /// Throws Error: kUsage for options that do not fit the network, kModel for unusable initial
  /// weights or features, kOutput when files cannot be written, kInput when the loss is not a
  /// number for 20 steps on end, kDevice when memory runs out.
  virtual void Train(const FaceSet& training, const FaceSet& validation,
                     const TrainerOptions& options, const ComputeDevice& device,
                     const std::function<void(const TrainingProgress&)>& on_progress,
                     const std::function<bool()>& stop) const = 0;
};

/// What a backend's library exports under this name: a backend that lives as long as the process
/// where `version` is the library's own, null otherwise.
using BackendEntry = const Backend* (*)(const char* version);
inline constexpr char kBackendEntry[] = "FacedeblurBackend";

}  // namespace facedeblur
