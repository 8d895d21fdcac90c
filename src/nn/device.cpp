#include "facedeblur/nn/device.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <c10/core/InferenceMode.h>
#include <dlfcn.h>
#include <torch/cuda.h>
#include <torch/utils.h>
#include <torch/version.h>
#include <xmmintrin.h>

#include <opencv2/core/utility.hpp>
#include <optional>

#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

/// OpenBLAS has threads of its own beside LibTorch's, which spin for tens of milliseconds after
/// each product of matrices: here work is spread over pictures and faces instead.
void LimitOpenBlas() {
  using SetThreads = void (*)(int);
  // Present when the BLAS that LibTorch was linked with is OpenBLAS.
  void* const symbol = ::dlsym(RTLD_DEFAULT, "openblas_set_num_threads");
  if (symbol != nullptr) reinterpret_cast<SetThreads>(symbol)(1);
}

std::string NoCudaReason() {
  return torch::cuda::device_count() > 0 ? "the CUDA driver does not answer"
                                         : "this LibTorch finds no CUDA device";
}

}  // namespace

ComputeDevice ResolveDevice(const std::string& name, std::string* note) {
  const std::optional<ComputeDevice> wanted = ParseDevice(name);
  if (!wanted) {
    if (torch::cuda::is_available()) return {true, 0};
    *note = NoCudaReason();
    return {};
  }
  if (!wanted->cuda) return *wanted;
  if (!torch::cuda::is_available()) {
    throw Error(ErrorKind::kDevice, "device " + name + " is not available: " + NoCudaReason());
  }
  const auto count = static_cast<int>(torch::cuda::device_count());
  if (wanted->index >= count) {
    throw Error(ErrorKind::kDevice, "device " + name + " is not available: there are " +
                                        std::to_string(count) + " CUDA devices, counted from 0");
  }
  return *wanted;
}

bool CpuHasBfloat16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

void ResolvePrecision(const std::string& name, ComputeDevice* device) {
  RequirePrecisionName(name);
  const bool available = device->cuda || CpuHasBfloat16();
  if (name == "bf16" && !available) {
    throw Error(ErrorKind::kDevice,
                "this processor has no instructions for bf16 (AVX512-BF16); use --precision fp32");
  }
  // Winograd's convolutions in float32 are faster than plain ones in bfloat16.
  device->bfloat16 = name == "bf16" || (name == "auto" && device->cuda);
}

std::string CpuInstructionSet() {
  // Only told among other things before LibTorch 2: "  - CPU capability usage: AVX512".
  const std::string configuration = at::show_config();
  const std::string label = "CPU capability usage: ";
  const std::size_t found = configuration.find(label);
  if (found == std::string::npos) return "unknown";
  const std::size_t begin = found + label.size();
  return configuration.substr(begin, configuration.find_first_of("\r\n", begin) - begin);
}

std::string LibTorchVersion() { return TORCH_VERSION; }

void ConfigureInference() {
  // LibTorch takes this setting only once in a process.
  static const bool once = [] {
    at::set_num_interop_threads(1);
    LimitOpenBlas();
    return true;
  }();
  (void)once;
  at::globalContext().setBenchmarkCuDNN(false);
  at::globalContext().setDeterministicCuDNN(true);
  at::globalContext().setAllowTF32CuDNN(false);
  at::globalContext().setAllowTF32CuBLAS(false);
  cv::setNumThreads(1);  // for the whole process: before any other thread is in OpenCV
  at::set_num_threads(1);
}

struct InferenceScope::Guard {
  c10::InferenceMode inference;
  unsigned processor_mode = _mm_getcsr();
};

InferenceScope::InferenceScope() : guard_(std::make_unique<Guard>()) {
  thread_local const bool prepared = [] {
    at::set_num_threads(1);
    return true;
  }();
  (void)prepared;
  at::globalContext().setFlushDenormal(true);
}

InferenceScope::~InferenceScope() { _mm_setcsr(guard_->processor_mode); }

}  // namespace facedeblur
