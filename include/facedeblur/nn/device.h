#pragma once

#include <memory>
#include <string>

#include "facedeblur/restore/compute_device.h"

namespace facedeblur {

/// A device that exists and on which an operation has just run. A request that leaves the choice
/// gets the first CUDA device, or else the CPU, and `*note` says why (untouched otherwise).
/// Throws Error(kDevice), naming the reason, when CUDA was asked for and cannot be had.
ComputeDevice ResolveDevice(const DeviceRequest& request, std::string* note);

/// The instruction set that LibTorch's kernels use on this processor: "AVX512", "AVX2", "DEFAULT".
std::string CpuInstructionSet();

/// LibTorch's version, "1.13.1".
std::string LibTorchVersion();

/// Process-wide settings of LibTorch and its libraries: one thread per operation (faces run in
/// parallel instead, which is faster and gives the same bits for any number of threads), no TF32,
/// and deterministic CUDA kernels. Call it before any network is made.
void ConfigureInference();

/// Needed by a thread while it runs a network: no gradients, one thread per operation (OpenMP keeps
/// that number for each thread), memory that is freed kept for the next operation and, on x86
/// processors, denormals flushed to 0.
class InferenceScope {
 public:
  InferenceScope();
  ~InferenceScope();
  InferenceScope(const InferenceScope&) = delete;
  InferenceScope& operator=(const InferenceScope&) = delete;

 private:
  struct Guard;
  std::unique_ptr<Guard> guard_;
};

}  // namespace facedeblur
