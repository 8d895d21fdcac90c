#include "facedeblur/nn/precision.h"

#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/DeviceGuard.h>
#include <torch/cuda.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "facedeblur/nn/device.h"
#include "facedeblur/util/error.h"
#include "nn/mixed_precision.h"
#include "nn/onednn_convolution.h"
#include "nn/residual_block.h"
#include "nn/torch_device.h"

namespace facedeblur {
namespace {

constexpr std::int64_t kChannels = 64;  // in the middle of the networks' widths

bool CpuHasBfloat16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

/// LibTorch's own criterion, a compute capability of 8.0: the only question about it that can be
/// put to a LibTorch without CUDA too.
bool CudaHasBfloat16(const ComputeDevice& device) {
  if (!torch::cuda::is_available()) return false;
  const c10::DeviceGuard guard(TorchDevice(device));
  return at::detail::getCUDAHooks().supportsBFloat16ConvolutionWithCuDNNv8();
}

/// The best of a few calls, the first of which prepares and does not count.
template <typename Function>
double BestSeconds(const Function& run) {
  constexpr int kCalls = 4;
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < kCalls; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    run();
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    if (i > 0) best = std::min(best, elapsed.count());
  }
  return best;
}

/// Two convolutions. Nothing is drawn at random: training would draw other numbers after it.
ResidualBlock MakeBlock() {
  const UninitializedScope scope;
  ResidualBlock block(kChannels);
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : block->parameters()) {
    parameter.fill_(0.01);
    if (parameter.dim() == 4) {
      parameter.set_data(parameter.contiguous(at::MemoryFormat::ChannelsLast));
    }
  }
  return block;
}

double TimeTraining(bool bfloat16) {
  ResidualBlock block = MakeBlock();
  const torch::Tensor x = torch::full({4, kChannels, 64, 64}, 0.1)
                              .contiguous(at::MemoryFormat::ChannelsLast)
                              .requires_grad_();
  const MixedPrecision precision(bfloat16, torch::kCPU);
  return BestSeconds([&] { block->forward(x).sum().backward(); });
}

double TimeInference(bool bfloat16) {
  const InferenceScope inference;
  ResidualBlock block = MakeBlock();
  const torch::Tensor x = torch::full({1, kChannels, 80, 80}, 0.1);
  PackConvolutions(block.get(), bfloat16 ? torch::kBFloat16 : torch::kFloat32);
  const MixedPrecision precision(bfloat16 && !HasOneDnn(), torch::kCPU);
  return BestSeconds([&] { block->forward(x.clone()); });  // it may overwrite its input
}

}  // namespace

bool HasBfloat16(const ComputeDevice& device) {
  return device.cuda ? CudaHasBfloat16(device) : CpuHasBfloat16();
}

double TimeConvolutions(Workload workload, bool bfloat16) {
  return workload == Workload::kTraining ? TimeTraining(bfloat16) : TimeInference(bfloat16);
}

void ResolvePrecision(Precision wanted, Workload workload, ComputeDevice* device,
                      const std::function<double(Workload, bool bfloat16)>& time) {
  device->bfloat16 = wanted != Precision::kFloat32 && HasBfloat16(*device);
  if (wanted == Precision::kBfloat16 && !device->bfloat16) {
    throw Error(ErrorKind::kDevice,
                device->cuda ? device->ToString() +
                                   " has no bf16 (it takes a compute capability of 8.0); use "
                                   "--precision fp32"
                             : "this processor has no instructions for bf16 (AVX512-BF16); use "
                               "--precision fp32");
  }
  if (wanted == Precision::kAuto && device->bfloat16 && !device->cuda) {
    device->bfloat16 = time(workload, true) < time(workload, false);
  }
}

}  // namespace facedeblur
