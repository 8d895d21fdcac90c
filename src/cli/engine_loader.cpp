#include "cli/engine_loader.h"

#include <dlfcn.h>

#include "facedeblur/util/error.h"
#include "facedeblur/util/version.h"

namespace facedeblur {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void Fail(const std::string& message) { throw Error(ErrorKind::kModel, message); }

const Engine& Load() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path file = program.parent_path().parent_path() / "lib" / "facedeblur" / kEngineLibrary;
  // Lazy: of LibTorch's functions few are ever called.
  void* const library = ::dlopen(file.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) Fail("cannot load the engine: " + std::string(::dlerror()));
  const auto entry = reinterpret_cast<EngineEntry>(::dlsym(library, kEngineEntry));
  const Engine* const engine = entry != nullptr ? entry(Version()) : nullptr;
  if (engine == nullptr) Fail(file.string() + ": is of another version than the program");
  return *engine;
}

}  // namespace

const Engine& LoadEngine() {
  static const Engine& engine = Load();
  return engine;
}

}  // namespace facedeblur
