#include "facedeblur/restore/model_path.h"

#include <cstdlib>
#include <system_error>

#include "facedeblur/util/error.h"

namespace facedeblur {
namespace fs = std::filesystem;

std::vector<fs::path> ModelFolders(const fs::path& explicit_folder) {
  std::vector<fs::path> folders;
  if (!explicit_folder.empty()) folders.push_back(explicit_folder);
  const char* from_environment = std::getenv("FACEDEBLUR_MODELS");
  if (from_environment != nullptr && *from_environment != '\0')
    folders.emplace_back(from_environment);
  std::error_code error;
  const fs::path executable = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    folders.push_back(executable.parent_path() / "models");
    folders.push_back(executable.parent_path().parent_path() / "share/facedeblur/models");
  }
  folders.emplace_back("/usr/share/dlib");
  return folders;
}

fs::path FindModel(const std::string& name, const fs::path& explicit_folder) {
  std::string searched;
  for (const fs::path& folder : ModelFolders(explicit_folder)) {
    std::error_code error;
    if (fs::is_regular_file(folder / name, error)) return folder / name;
    searched += (searched.empty() ? "" : ", ") + folder.string();
  }
  throw Error(ErrorKind::kModel,
              name + ": not found in " + searched + " (set --models or FACEDEBLUR_MODELS)");
}

}  // namespace facedeblur
