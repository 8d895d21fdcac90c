#pragma once

#include <memory>
#include <string>

#include "facedeblur/restore/compute_device.h"

namespace facedeblur {

/// Turns "auto", "cpu", "cuda" or "cuda:N" into a device that exists. "auto" takes the first CUDA
/// device, or else the CPU and says why in `*note` (untouched otherwise).
/// Throws Error(kUsage) for other words and Error(kDevice), naming the reason, when CUDA was asked
/// for and cannot be had.
ComputeDevice ResolveDevice(const std::string& name, std::string* note);

/// Whether this processor multiplies bfloat16 numbers (AVX512-BF16).
bool CpuHasBfloat16();

/// Sets the precision of convolutions: "fp32", "bf16", or "auto", the faster one: bf16 on CUDA
/// alone. Throws Error(kUsage) for other words and Error(kDevice) where bf16 was asked for and the
/// processor has no instructions for it.
void ResolvePrecision(const std::string& name, ComputeDevice* device);

/// The instruction set that LibTorch's kernels use on this processor: "AVX512", "AVX2", "DEFAULT".
std::string CpuInstructionSet();

/// LibTorch's version, "1.13.1".
std::string LibTorchVersion();

/// Process-wide settings of LibTorch and its libraries: one thread per operation (faces run in
/// parallel instead, which is faster and gives the same bits whatever the number of threads), no
/// TF32 and deterministic CUDA kernels. Call before any network is made.
void ConfigureInference();

/// While one lives, its thread runs networks: OpenMP counts its threads per calling thread, and
/// denormals are flushed by a mode of the processor that only lasts this long.
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
