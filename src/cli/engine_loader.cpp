#include "cli/engine_loader.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>

#include "facedeblur/util/error.h"
#include "facedeblur/util/version.h"

namespace facedeblur {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void Fail(const std::string& message) { throw Error(ErrorKind::kModel, message); }

/// Lazy: of LibTorch's functions few are ever called. And its 80,000 symbols are looked for in its
/// own libraries before those of the program, which have none of them: a seventh of the loading
/// time. Not where a library was loaded before all others, an allocator above all, to take symbols
/// over.
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

const Engine& Load() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path file = program.parent_path().parent_path() / "lib" / "facedeblur" / kEngineLibrary;
  void* const library = ::dlopen(file.c_str(), LoadFlags());
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
