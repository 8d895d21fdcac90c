#pragma once

#include <memory>
#include <string>

#include "facedeblur/restore/compute_device.h"
#include "facedeblur/restore/restorer.h"
#include "facedeblur/weights/weights_file.h"

namespace facedeblur {

class Command;

/// Everything that needs LibTorch, behind one interface. It lives in a library of its own that the
/// program loads at run time: LibTorch takes a third of a second, which a run spends beside other
/// work, and commands without a network not at all.
class Engine {
 public:
  virtual ~Engine() = default;

  virtual std::string LibTorchVersion() const = 0;
  virtual std::string InstructionSet() const = 0;  ///< as CpuInstructionSet()
  /// As the functions of the same names.
  virtual ComputeDevice ResolveDevice(const std::string& name, std::string* note) const = 0;
  virtual void ResolvePrecision(const std::string& name, ComputeDevice* device) const = 0;
  virtual std::unique_ptr<FaceRestorer> MakeRestorer(Weights weights,
                                                     const ComputeDevice& device) const = 0;
  /// The command "info", "synth", "train" or "evaluate"; null for other names.
  virtual std::unique_ptr<Command> MakeCommand(const std::string& name) const = 0;
};

/// What the library exports: an engine that lives as long as the process, where `version` is the
/// engine's own; null otherwise.
using EngineEntry = const Engine* (*)(const char* version);
inline constexpr char kEngineEntry[] = "FacedeblurEngine";
inline constexpr char kEngineLibrary[] = "libfacedeblur_engine.so";

}  // namespace facedeblur
