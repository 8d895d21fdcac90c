#include "facedeblur/nn/device.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <c10/core/InferenceMode.h>
#include <dlfcn.h>
#include <torch/cuda.h>
#include <torch/utils.h>
#include <torch/version.h>

#include <opencv2/core/utility.hpp>

#include "facedeblur/util/error.h"
#include "nn/reused_memory.h"
#include "nn/torch_error.h"

#ifdef __SSE__
#include <xmmintrin.h>
#endif

namespace facedeblur {
namespace {

/// OpenBLAS has threads of its own beside LibTorch's, which spin for tens of milliseconds after
/// each product of matrices: here work is spread over images and faces instead.
void LimitOpenBlas() {
  using SetThreads = void (*)(int);
  // Present when the BLAS that LibTorch was linked with is OpenBLAS.
  void* const symbol = ::dlsym(RTLD_DEFAULT, "openblas_set_num_threads");
  if (symbol != nullptr) reinterpret_cast<SetThreads>(symbol)(1);
}

/// Why nothing can run on a CUDA device; empty where something can.
std::string WhyUnusable(const ComputeDevice& device) {
  const auto count = static_cast<int>(torch::cuda::device_count());
  if (count == 0) return "this LibTorch finds no CUDA device";
  if (!torch::cuda::is_available()) return "the CUDA driver does not answer";
  if (device.index >= count) {
    return "there are " + std::to_string(count) + " CUDA devices, counted from 0";
  }
  try {
    TryDevice(device);
    return "";
  } catch (const std::exception& error) {
    return DescribeException(error);
  }
}

/// Denormals become 0 while one lives: a mode of the calling thread's processor. Does nothing where
/// the processor is not an x86.
class FlushDenormals {
 public:
#ifdef __SSE__
  FlushDenormals() { at::globalContext().setFlushDenormal(true); }
  ~FlushDenormals() { _mm_setcsr(before_); }
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  unsigned before_ = _mm_getcsr();
#endif
};

}  // namespace

ComputeDevice ResolveDevice(const DeviceRequest& request, std::string* note) {
  using Kind = DeviceRequest::Kind;
  if (request.kind == Kind::kCpu) return {};
  const ComputeDevice device{true, request.index, false};
  const std::string reason = WhyUnusable(device);
  if (reason.empty()) return device;
  if (request.kind == Kind::kCuda) {
    throw Error(ErrorKind::kDevice,
                "device " + request.ToString() + " is not available: " + reason);
  }
  *note = reason;
  return {};
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
    ReusedMemory::Install();
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
  FlushDenormals flush_denormals;
  ReusedMemory memory;
};

InferenceScope::InferenceScope() : guard_(std::make_unique<Guard>()) {
  thread_local const bool prepared = [] {
    at::set_num_threads(1);
    return true;
  }();
  (void)prepared;
}

InferenceScope::~InferenceScope() = default;

}  // namespace facedeblur
