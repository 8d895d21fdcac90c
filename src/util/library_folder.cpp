#include "facedeblur/util/library_folder.h"

#include <dlfcn.h>

#include "facedeblur/util/error.h"

namespace facedeblur {

std::filesystem::path LibraryFolder() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<void*>(&LibraryFolder), &info) == 0 || info.dli_fname == nullptr) {
    throw Error(ErrorKind::kModel, "cannot tell where libfacedeblur.so is");
  }
  return std::filesystem::weakly_canonical(info.dli_fname).parent_path();
}

}  // namespace facedeblur
