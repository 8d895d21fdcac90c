#include "facedeblur/backend/open_backend.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>

#include "backend/backend_choice.h"
#include "backend/opened_backend.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/library_folder.h"
#include "facedeblur/util/version.h"

namespace facedeblur {
namespace {

namespace fs = std::filesystem;

/// Lazy: of LibTorch's functions few are ever called. Deep: its 80,000 symbols are looked for in
/// its own libraries before those of the program, which have none of them; that is a seventh of the
/// loading time. Not where a library was loaded before all others, an allocator above all, to take
/// symbols over.
int LoadFlags() {
  constexpr int kFlags = RTLD_LAZY | RTLD_LOCAL;
#if defined(FACEDEBLUR_SANITIZED) || !defined(RTLD_DEEPBIND)
  return kFlags;
#else
  std::error_code error;
  const bool taken_over =
      std::getenv("LD_PRELOAD") != nullptr || fs::exists("/etc/ld.so.preload", error);
  return taken_over ? kFlags : kFlags | RTLD_DEEPBIND;
#endif
}

const Backend& Load(const fs::path& file) {
  void* const library = ::dlopen(file.c_str(), LoadFlags());
  if (library == nullptr) {
    throw Error(ErrorKind::kModel, "cannot load the backend: " + std::string(::dlerror()));
  }
  const auto entry = reinterpret_cast<BackendEntry>(::dlsym(library, kBackendEntry));
  const Backend* const backend = entry != nullptr ? entry(Version()) : nullptr;
  if (backend == nullptr) {
    throw Error(ErrorKind::kModel, file.string() + ": is of another version than the program");
  }
  return *backend;
}

OpenedBackend Open(const DeviceRequest& request) {
  const InstalledBackends installed = FindBackends(LibraryFolder() / "backends");
  const bool ask_driver = request.kind != DeviceRequest::Kind::kCpu && !installed.cuda.empty();
  return OpenOneOf(installed, request, ask_driver ? CudaProblem() : std::string());
}

}  // namespace

OpenedBackend OpenOneOf(const InstalledBackends& installed, const DeviceRequest& request,
                        const std::string& cuda_problem) {
  const BackendChoice choice = ChooseBackend(installed, request, cuda_problem);
  try {
    return {&Load(choice.first), choice.note};
  } catch (const Error& error) {
    if (!choice.second.empty()) return {&Load(choice.second), error.what()};
    if (request.kind != DeviceRequest::Kind::kCuda) throw;
    throw Error(ErrorKind::kDevice,
                "device " + request.ToString() + " is not available: " + error.what());
  }
}

const Backend& OpenBackend(const DeviceRequest& request, std::string* note) {
  static const OpenedBackend opened = Open(request);
  if (!opened.note.empty() && request.kind == DeviceRequest::Kind::kAuto) *note = opened.note;
  return *opened.backend;
}

}  // namespace facedeblur
