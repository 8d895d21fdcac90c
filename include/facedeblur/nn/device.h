#pragma once

#include <string>

namespace facedeblur {

/// Where networks run.
struct ComputeDevice {
  bool cuda = false;
  int index = 0;  ///< of the CUDA device

  std::string ToString() const;  ///< "cpu" or "cuda:N"
};

/// Turns "auto", "cpu", "cuda" or "cuda:N" into a device that exists. "auto" takes the first CUDA
/// device, or else the CPU and says why in `*note` (untouched otherwise).
/// Throws Error(kUsage) for other words and Error(kDevice), naming the reason, when CUDA was asked
/// for and cannot be had.
ComputeDevice ResolveDevice(const std::string& name, std::string* note);

/// The instruction set that LibTorch's kernels use on this processor: "AVX512", "AVX2", "DEFAULT".
std::string CpuInstructionSet();

/// LibTorch's version, "1.13.1".
std::string LibTorchVersion();

/// Process-wide LibTorch settings: one thread per operation (faces run in parallel instead, which
/// is faster and gives the same bits whatever the number of threads), flushed denormals, no TF32
/// and deterministic CUDA kernels. Call once, before any network is made.
void ConfigureInference();

/// Call first in every thread that runs networks: OpenMP counts its threads per calling thread.
void PrepareInferenceThread();

}  // namespace facedeblur
