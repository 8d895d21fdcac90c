#include "facedeblur/pipeline/input_plan.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <system_error>
#include <unordered_map>
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

/// A file as the file system knows it, whatever its names.
struct FileIdentity {
  dev_t device;
  ino_t inode;

  bool operator<(const FileIdentity& other) const {
    return device != other.device ? device < other.device : inode < other.inode;
  }
};

std::optional<FileIdentity> IdentityOf(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino};
}

/// Collects work item by item and keeps two of them from writing the same file. What it needs for
/// that alone is small per picture, and gone when the plan is made.
class Planner {
 public:
  explicit Planner(const PlanOptions& options)
      : options_(options), output_{options.output, false, options.format} {}

  InputPlan Run() {
    RequireSensible(options_);
    output_.is_file = OutputIsFile(options_);
    plan_.images = ImageList(output_);
    for (const fs::path& input : options_.inputs) {
      if (IsStream(input)) {
        plan_.images.Add({}, {}, kStandardStream);
      } else if (IsFolder(input)) {
        AddFolder(input, {});
      } else {
        Add(input.parent_path(), {}, input.filename().string());
      }
    }
    for (const fs::path& input : options_.listed) AddListed(input);
    SpareInputs();
    KeepShard();
    return std::move(plan_);
  }

 private:
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
      Add(input.parent_path(), relative.parent_path(), input.filename().string());
    }
  }

  void AddFolder(const fs::path& root, const fs::path& below) {
    const std::size_t before = found_;
    WalkFolder(root, below);
    if (found_ == before) plan_.notes.push_back(root.string() + ": no images found");
  }

  bool IsWrittenTo(const fs::path& folder) const {
    return SameFile(folder, options_.output) ||
           std::any_of(options_.excluded.begin(), options_.excluded.end(),
                       [&](const fs::path& other) { return SameFile(folder, other); });
  }

  struct FolderEntry {
    std::string name;
    bool is_folder;
  };

  /// What a folder holds for us, sorted by name. A folder that cannot be read is a problem of its
  /// own; its siblings go on.
  std::vector<FolderEntry> ReadFolder(const fs::path& folder) {
    std::vector<FolderEntry> entries;
    std::error_code error;
    for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator();
         at.increment(error)) {
      const fs::path path = at->path();
      if (IsHidden(path)) continue;
      std::error_code unknown;
      if (at->is_directory(unknown)) {
        const bool link = at->is_symlink(unknown);  // links to folders could go in circles
        if (options_.recursive && !link) entries.push_back({path.filename().string(), true});
      } else if (FormatFromExtension(path)) {
        entries.push_back({path.filename().string(), false});
      } else {
        ++plan_.ignored;
      }
    }
    if (error) plan_.problems.push_back({folder, "cannot read the folder: " + error.message()});
    std::sort(entries.begin(), entries.end(),
              [](const FolderEntry& a, const FolderEntry& b) { return a.name < b.name; });
    return entries;
  }

  void WalkFolder(const fs::path& folder, const fs::path& below) {
    for (const FolderEntry& entry : ReadFolder(folder)) {
      if (!entry.is_folder) {
        ++found_;
        Add(folder, below, entry.name);
      } else if (const fs::path path = folder / entry.name; IsWrittenTo(path)) {
        plan_.notes.push_back(path.string() + ": an output folder inside the input; not read");
      } else {
        WalkFolder(path, below / entry.name);
      }
    }
  }

  void Add(const fs::path& folder, const fs::path& below, const std::string& name) {
    const fs::path input = folder / name;
    const fs::path output = output_.For(below / name);
    const auto identity = IdentityOf(input);
    if (!identity) {
      plan_.problems.push_back({input, "no such file"});
      return;
    }
    inputs_.push_back(*identity);
    if (!IsStream(output) && SameFile(input, output)) {
      plan_.problems.push_back({input, "the output would replace the input itself"});
    } else if (const auto earlier = WriterOf(output)) {
      if (SameFile(*earlier, input)) return;  // the same file named twice
      plan_.problems.push_back({input, "would be written to " + output.string() + ", as would " +
                                           earlier->string() + "; only that one is done"});
    } else {
      writers_.emplace(Hash(output), plan_.images.size());
      plan_.images.Add(folder, below, name);
    }
  }

  static std::uint64_t Hash(const fs::path& output) {
    return StableHash(output.lexically_normal().string());
  }

  /// The picture that is to be written there, if any.
  std::optional<fs::path> WriterOf(const fs::path& output) const {
    const auto [first, last] = writers_.equal_range(Hash(output));
    for (auto at = first; at != last; ++at) {
      const PlannedImage image = plan_.images[at->second];
      if (image.output.lexically_normal() == output.lexically_normal()) return image.input;
    }
    return std::nullopt;
  }

  /// Decided last: what collides with what must not depend on the part.
  void KeepShard() {
    const Shard& shard = options_.shard;
    if (shard.count == 1) return;
    plan_.images.KeepIf([&](const PlannedImage& image) { return shard.Holds(image.relative); });
    auto& problems = plan_.problems;  // each told by one part
    problems.erase(std::remove_if(problems.begin(), problems.end(),
                                  [&](const auto& p) { return !shard.Holds(p.input); }),
                   problems.end());
  }

  /// No output may replace any of the inputs, be it another's.
  void SpareInputs() {
    std::sort(inputs_.begin(), inputs_.end());
    plan_.images.KeepIf([&](const PlannedImage& image) {
      if (IsStream(image.output)) return true;
      const auto existing = IdentityOf(image.output);
      if (!existing || !std::binary_search(inputs_.begin(), inputs_.end(), *existing)) return true;
      plan_.problems.push_back(
          {image.input, image.output.string() + " is an input and must not be replaced"});
      return false;
    });
  }

  const PlanOptions& options_;
  OutputPlace output_;
  InputPlan plan_;
  std::size_t found_ = 0;  ///< pictures seen in folders
  std::unordered_multimap<std::uint64_t, std::size_t> writers_;
  std::vector<FileIdentity> inputs_;
};

}  // namespace

InputPlan PlanInputs(const PlanOptions& options) { return Planner(options).Run(); }

}  // namespace facedeblur
