#include "facedeblur/pipeline/input_plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "facedeblur/util/error.h"

namespace facedeblur {
namespace fs = std::filesystem;
namespace {

bool IsFolder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool Exists(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

bool SameFile(const fs::path& a, const fs::path& b) {
  std::error_code error;
  return fs::equivalent(a, b, error) && !error;
}

bool IsHidden(const fs::path& path) {
  const std::string name = path.filename().string();
  return !name.empty() && name.front() == '.';
}

bool IsStream(const fs::path& path) { return path == kStandardStream; }

/// One file goes to a file when the output looks like one: it has an image's extension or exists.
bool OutputIsFile(const PlanOptions& options) {
  if (options.inputs.size() != 1 || !options.listed.empty()) return false;
  if (IsFolder(options.inputs.front())) return false;
  if (IsStream(options.output) || IsStream(options.inputs.front())) return true;
  if (IsFolder(options.output) || !options.output.has_filename()) return false;
  return FormatFromExtension(options.output).has_value() || Exists(options.output);
}

/// A forced format must agree with the file name that was asked for.
void RequireAgreement(const PlanOptions& options) {
  const auto named = FormatFromExtension(options.output);
  if (options.format && named && *named != *options.format) {
    throw Error(ErrorKind::kUsage, options.output.string() + ": the name says " +
                                       FormatName(*named) + ", --format says " +
                                       FormatName(*options.format));
  }
}

/// "out.gif" for one file is a file name that we cannot serve, rather than a folder to make.
void RefuseUnknownFileName(const PlanOptions& options) {
  const fs::path& output = options.output;
  const bool one_file = options.inputs.size() == 1 && !IsFolder(options.inputs.front());
  if (!one_file || Exists(output) || !output.has_filename() || !output.has_extension()) return;
  throw Error(ErrorKind::kUsage, output.string() +
                                     ": not the name of an image format we write (end the name of "
                                     "a folder with /)");
}

/// A stream carries one picture.
void RequireOneStream(const PlanOptions& options) {
  const bool reads = std::any_of(options.inputs.begin(), options.inputs.end(), IsStream);
  const bool one = options.inputs.size() == 1 && options.listed.empty();
  if (reads && (!one || IsFolder(options.output))) {
    throw Error(ErrorKind::kUsage,
                "- (standard input) is one picture and goes to one file or to -");
  }
  if (IsStream(options.output) && (!one || IsFolder(options.inputs.front()))) {
    throw Error(ErrorKind::kUsage, "- (standard output) takes one picture, not a folder");
  }
}

void RequireSensible(const PlanOptions& options) {
  if (options.inputs.empty() && options.listed.empty()) {
    throw Error(ErrorKind::kUsage, "an INPUT and an OUTPUT are needed");
  }
  if (options.output.empty()) throw Error(ErrorKind::kUsage, "the OUTPUT is empty");
  RequireOneStream(options);
  if (OutputIsFile(options)) return RequireAgreement(options);
  RefuseUnknownFileName(options);
  if (Exists(options.output) && !IsFolder(options.output)) {
    throw Error(ErrorKind::kUsage,
                options.output.string() + ": the output must be a folder here, and is a file");
  }
  for (const fs::path& input : options.inputs) {
    if (IsFolder(input) && SameFile(input, options.output)) {
      throw Error(ErrorKind::kUsage,
                  options.output.string() + ": the output folder is the input folder");
    }
  }
}

/// Collects work item by item and keeps two of them from writing the same file.
class Planner {
 public:
  explicit Planner(const PlanOptions& options) : options_(options) {}

  InputPlan Run() {
    RequireSensible(options_);
    for (const fs::path& input : options_.inputs) {
      if (IsStream(input)) {
        plan_.images.push_back({input, options_.output, input});
      } else if (IsFolder(input)) {
        AddFolder(input, {});
      } else if (OutputIsFile(options_)) {
        Add(input, options_.output, input.filename());
      } else {
        Add(input, OutputFor(input.filename()), input.filename());
      }
    }
    for (const fs::path& input : options_.listed) AddListed(input);
    SpareInputs();
    KeepShard();
    return std::move(plan_);
  }

 private:
  fs::path OutputFor(const fs::path& relative) const {
    fs::path output = options_.output / relative;
    if (options_.format && FormatFromExtension(output) != options_.format) {
      output.replace_extension(FormatExtension(*options_.format));
    }
    return output;
  }

  /// A listed input keeps its folders below the output, so that equal names do not meet.
  void AddListed(const fs::path& input) {
    const fs::path relative = input.lexically_normal().relative_path();
    if (relative.empty() || *relative.begin() == "..") {
      plan_.problems.push_back({input,
                                "would be written outside the output folder; list it by its "
                                "absolute path"});
    } else if (IsFolder(input)) {
      AddFolder(input, relative);
    } else {
      Add(input, OutputFor(relative), relative);
    }
  }

  void AddFolder(const fs::path& root, const fs::path& below) {
    std::vector<fs::path> files;
    ListFolder(root, &files);
    std::sort(files.begin(), files.end());
    if (files.empty()) plan_.notes.push_back(root.string() + ": no images found");
    for (const fs::path& file : files) {
      const fs::path relative = below / file.lexically_relative(root);
      Add(file, OutputFor(relative), relative);
    }
  }

  bool IsWrittenTo(const fs::path& folder) const {
    return SameFile(folder, options_.output) ||
           std::any_of(options_.excluded.begin(), options_.excluded.end(),
                       [&](const fs::path& other) { return SameFile(folder, other); });
  }

  /// A folder that cannot be read is a problem of its own; its siblings go on.
  void ListFolder(const fs::path& folder, std::vector<fs::path>* files) {
    std::error_code error;
    fs::directory_iterator entries(folder, error);
    if (error) {
      plan_.problems.push_back({folder, "cannot read the folder: " + error.message()});
      return;
    }
    for (; entries != fs::directory_iterator(); entries.increment(error)) {
      const fs::path path = entries->path();
      if (IsHidden(path)) continue;
      const bool link = entries->is_symlink(error);
      if (entries->is_directory(error)) {
        if (!options_.recursive || link) continue;  // links to folders could go in circles
        if (IsWrittenTo(path)) {
          plan_.notes.push_back(path.string() + ": an output folder inside the input; not read");
          continue;
        }
        ListFolder(path, files);
      } else if (FormatFromExtension(path)) {
        files->push_back(path);
      } else {
        ++plan_.ignored;
      }
    }
    if (error) plan_.problems.push_back({folder, "cannot read the folder: " + error.message()});
  }

  void Add(const fs::path& input, const fs::path& output, const fs::path& relative) {
    std::error_code error;
    inputs_.insert(fs::canonical(input, error));  // an empty path where there is no such file
    if (!Exists(input)) {
      plan_.problems.push_back({input, "no such file"});
    } else if (!IsStream(output) && SameFile(input, output)) {
      plan_.problems.push_back({input, "the output would replace the input itself"});
    } else {
      const auto [earlier, added] = writer_of_.emplace(output.lexically_normal(), input);
      if (!added) {
        if (SameFile(earlier->second, input)) return;  // the same file named twice
        plan_.problems.push_back({input, "would be written to " + output.string() + ", as would " +
                                             earlier->second.string() + "; only that one is done"});
        return;
      }
      plan_.images.push_back({input, output, relative});
    }
  }

  /// Decided last: what collides with what must not depend on the part.
  void KeepShard() {
    const Shard& shard = options_.shard;
    if (shard.count == 1) return;
    auto& images = plan_.images;
    images.erase(std::remove_if(images.begin(), images.end(),
                                [&](const auto& i) { return !shard.Holds(i.relative); }),
                 images.end());
    auto& problems = plan_.problems;  // each told by one part
    problems.erase(std::remove_if(problems.begin(), problems.end(),
                                  [&](const auto& p) { return !shard.Holds(p.input); }),
                   problems.end());
  }

  /// No output may replace any of the inputs, be it another's.
  void SpareInputs() {
    const auto replaces_input = [&](const PlannedImage& image) {
      std::error_code missing;
      const fs::path existing = fs::canonical(image.output, missing);
      if (IsStream(image.output) || missing || inputs_.count(existing) == 0) return false;
      plan_.problems.push_back(
          {image.input, image.output.string() + " is an input and must not be replaced"});
      return true;
    };
    const auto kept = std::remove_if(plan_.images.begin(), plan_.images.end(), replaces_input);
    plan_.images.erase(kept, plan_.images.end());
  }

  const PlanOptions& options_;
  InputPlan plan_;
  std::map<fs::path, fs::path> writer_of_;
  std::set<fs::path> inputs_;
};

}  // namespace

InputPlan PlanInputs(const PlanOptions& options) { return Planner(options).Run(); }

}  // namespace facedeblur
