#include "facedeblur/util/model_path.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <system_error>

#include "facedeblur/util/error.h"
#include "facedeblur/util/library_folder.h"

namespace facedeblur {
namespace fs = std::filesystem;

std::vector<fs::path> ModelFolders(const fs::path& explicit_folder) {
  constexpr char kDebianFolder[] = "/usr/share/dlib";
  const char* from_environment = std::getenv("FACEDEBLUR_MODELS");
  const fs::path named = !explicit_folder.empty()      ? explicit_folder
                         : from_environment != nullptr ? fs::path(from_environment)
                                                       : fs::path();
  std::error_code error;
  if (!named.empty()) {
    if (!fs::is_directory(named, error)) {
      throw Error(ErrorKind::kModel, named.string() + ": no such model folder");
    }
    return {named, kDebianFolder};
  }
  std::vector<fs::path> folders;
  const fs::path executable = fs::read_symlink("/proc/self/exe", error);
  if (!error) folders.push_back(executable.parent_path() / "models");
  // Of the installation that this library belongs to: the program's, also within other programs.
  folders.push_back(LibraryFolder().parent_path().parent_path() / "share/facedeblur/models");
  folders.emplace_back(kDebianFolder);
  return folders;
}

fs::path FindOptionalModel(const std::string& name, const fs::path& explicit_folder) {
  for (const fs::path& folder : ModelFolders(explicit_folder)) {
    std::error_code error;
    if (fs::is_regular_file(folder / name, error)) return folder / name;
  }
  return {};
}

fs::path FindModel(const std::string& name, const fs::path& explicit_folder) {
  fs::path found = FindOptionalModel(name, explicit_folder);
  if (!found.empty()) return found;
  std::string searched;
  for (const fs::path& folder : ModelFolders(explicit_folder)) {
    searched += (searched.empty() ? "" : ", ") + folder.string();
  }
  throw Error(ErrorKind::kModel,
              name + ": not found in " + searched + " (set --models or FACEDEBLUR_MODELS)");
}

fs::path FindNamedModel(const fs::path& asked, const fs::path& explicit_folder) {
  std::error_code error;
  if (fs::exists(asked, error)) return asked;
  if (asked.has_parent_path()) throw Error(ErrorKind::kModel, asked.string() + ": no such file");
  return FindModel(asked.string(), explicit_folder);
}

fs::path FindWeights(const fs::path& asked, const fs::path& explicit_folder) {
  return asked.empty() ? FindModel(kDefaultWeights, explicit_folder)
                       : FindNamedModel(asked, explicit_folder);
}

std::vector<fs::path> ListWeights(const fs::path& explicit_folder) {
  std::vector<fs::path> weights;
  std::set<fs::path> names;
  for (const fs::path& folder : ModelFolders(explicit_folder)) {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      const fs::path& file = entry.path();
      if (file.extension() == ".h5" && entry.is_regular_file(error)) files.push_back(file);
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      if (names.insert(file.filename()).second) weights.push_back(file);
    }
  }
  return weights;
}

}  // namespace facedeblur
