#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace facedeblur {

inline constexpr char kDefaultWeights[] = "face_wiener.h5";

/// Folders that are searched for models, in order: `explicit_folder` where given, or else the
/// environment variable FACEDEBLUR_MODELS where set, or else `models` beside the executable and
/// `share/facedeblur/models` of the installation that libfacedeblur.so is in; and last where
/// Debian's libdlib-data puts the landmark model. Throws Error(kModel) when a folder that was named
/// is not there.
std::vector<std::filesystem::path> ModelFolders(const std::filesystem::path& explicit_folder);

/// The first of ModelFolders() that holds `name`. Throws Error(kModel) naming the file and the
/// folders searched.
std::filesystem::path FindModel(const std::string& name,
                                const std::filesystem::path& explicit_folder);

/// As FindModel(), for a file that need not be there: empty where it is not.
std::filesystem::path FindOptionalModel(const std::string& name,
                                        const std::filesystem::path& explicit_folder);

/// The file that somebody asks for. A bare name that is no file here is looked for as by
/// FindModel(). Throws Error(kModel) naming the file where there is none.
std::filesystem::path FindNamedModel(const std::filesystem::path& asked,
                                     const std::filesystem::path& explicit_folder);

/// The weights file that somebody asks for, as FindNamedModel() finds it; the default weights where
/// nothing is asked for.
std::filesystem::path FindWeights(const std::filesystem::path& asked,
                                  const std::filesystem::path& explicit_folder);

/// The files *.h5 of ModelFolders(), by folder and name. Of those of one name, only the one that
/// FindModel() finds. Throws Error(kModel) when a folder that was named is not there.
std::vector<std::filesystem::path> ListWeights(const std::filesystem::path& explicit_folder);

}  // namespace facedeblur
