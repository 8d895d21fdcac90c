#include "backend/backend_choice.h"

#include <dlfcn.h>

#include "facedeblur/util/error.h"

namespace facedeblur {
namespace fs = std::filesystem;

InstalledBackends FindBackends(const fs::path& folder) {
  const auto find = [&folder](const char* name) {
    std::error_code error;
    const fs::path file = folder / name;
    return fs::exists(file, error) ? file : fs::path();
  };
  return {find("libfacedeblur_backend_cpu.so"), find("libfacedeblur_backend_cuda.so")};
}

BackendChoice ChooseBackend(const InstalledBackends& installed, const DeviceRequest& request,
                            const std::string& cuda_problem) {
  if (installed.cpu.empty() && installed.cuda.empty()) {
    throw Error(ErrorKind::kModel, "no backend is installed (libfacedeblur_backend_cpu.so)");
  }
  const fs::path& cpu = installed.cpu.empty() ? installed.cuda : installed.cpu;
  if (request.kind == DeviceRequest::Kind::kCpu) return {cpu, {}, ""};
  const std::string problem =
      installed.cuda.empty() ? "no CUDA backend is installed" : cuda_problem;
  if (problem.empty()) {
    const bool forced = request.kind == DeviceRequest::Kind::kCuda;
    return {installed.cuda, forced ? fs::path() : installed.cpu, ""};
  }
  if (request.kind == DeviceRequest::Kind::kCuda) {
    throw Error(ErrorKind::kDevice,
                "device " + request.ToString() + " is not available: " + problem);
  }
  return {cpu, {}, problem};
}

std::string CudaProblem() {
  void* const driver = ::dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
  if (driver == nullptr) return "there is no CUDA driver";
  using Init = int (*)(unsigned);
  using GetCount = int (*)(int*);
  const auto init = reinterpret_cast<Init>(::dlsym(driver, "cuInit"));
  const auto get_count = reinterpret_cast<GetCount>(::dlsym(driver, "cuDeviceGetCount"));
  int devices = 0;
  const bool answers =
      init != nullptr && get_count != nullptr && init(0) == 0 && get_count(&devices) == 0;
  // Left open: the backend uses it next, and a driver does not like to be unloaded.
  if (!answers) return "the CUDA driver does not answer";
  return devices > 0 ? "" : "the CUDA driver finds no device";
}

}  // namespace facedeblur
