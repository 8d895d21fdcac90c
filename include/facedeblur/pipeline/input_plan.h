#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "facedeblur/image/format.h"
#include "facedeblur/pipeline/image_list.h"
#include "facedeblur/pipeline/shard.h"

namespace facedeblur {

/// Stands for standard input and standard output.
inline constexpr char kStandardStream[] = "-";

struct PlanOptions {
  std::vector<std::filesystem::path> inputs;    ///< files and folders; "-" is standard input
  std::vector<std::filesystem::path> listed;    ///< more of them, which keep their folders' names
  std::filesystem::path output;                 ///< a file for one file, else a folder; "-"
  std::vector<std::filesystem::path> excluded;  ///< other folders that the run writes to
  bool recursive = true;
  Shard shard;                        ///< only this part of it all
  std::optional<ImageFormat> format;  ///< forced output format: changes file extensions
};

struct PlanProblem {
  std::filesystem::path input;
  std::string message;
};

struct InputPlan {
  ImageList images;                   ///< sorted by input path within each input
  std::vector<PlanProblem> problems;  ///< inputs that cannot be done; the others can
  std::vector<std::string> notes;     ///< worth telling the user, but no failures
  std::size_t ignored = 0;            ///< files in folders that do not have an image's extension
};

/// Lists what is to be done. Folders contribute their images, by the rules of WalkImageFiles(), but
/// not those in folders the run writes to; a file that the user names is taken whatever its name. A
/// listed photos/a.jpg goes to OUTPUT/photos/a.jpg, and so does a listed /photos/a.jpg.
/// Throws Error(kUsage) when the whole request makes no sense: no input, the output folder is an
/// input folder, a file where a folder is needed.
InputPlan PlanInputs(const PlanOptions& options);

}  // namespace facedeblur
