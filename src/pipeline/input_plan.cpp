#include "facedeblur/pipeline/input_plan.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "facedeblur/image/image_files.h"
#include "facedeblur/util/hash.h"
#include "pipeline/plan_checks.h"

namespace facedeblur {
namespace fs = std::filesystem;
namespace {

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

std::string WhyNotThere(int error) {
  return error == ENOENT ? "no such file"
                         : "cannot open: " + std::generic_category().message(error);
}

/// Collects the images and keeps two of them from being written to the same file. What it needs for
/// that alone is small per image, and gone when the plan is made.
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

  /// What the folder holds goes to folder `prefix` of the outputs.
  void AddFolder(const fs::path& root, const fs::path& prefix) {
    bool found = false;
    ImageFileVisitor visitor;
    visitor.on_image = [&](const fs::path& folder, const fs::path& below, const std::string& name) {
      found = true;
      Add(folder, below.empty() ? prefix : prefix / below, name);
    };
    visitor.on_unreadable = [&](const fs::path& folder, const std::string& why) {
      plan_.problems.push_back({folder, why});
    };
    visitor.enters = [&](const fs::path& folder) {
      if (!options_.recursive) return false;
      if (!IsWrittenTo(folder)) return true;
      plan_.notes.push_back(folder.string() + ": an output folder inside the input; not read");
      return false;
    };
    plan_.ignored += WalkImageFiles(root, visitor);
    if (!found) plan_.notes.push_back(root.string() + ": no images found");
  }

  bool IsWrittenTo(const fs::path& folder) const {
    return IsSameFile(folder, options_.output) ||
           std::any_of(options_.excluded.begin(), options_.excluded.end(),
                       [&](const fs::path& other) { return IsSameFile(folder, other); });
  }

  void Add(const fs::path& folder, const fs::path& below, const std::string& name) {
    const fs::path input = folder / name;
    const fs::path output = output_.For(below / name);
    const auto identity = IdentityOf(input);
    if (!identity) {
      plan_.problems.push_back({input, WhyNotThere(errno)});
      return;
    }
    inputs_.push_back(*identity);
    if (!IsStream(output) && IsSameFile(input, output)) {
      plan_.problems.push_back({input, "the output would replace the input itself"});
    } else if (const auto earlier = WriterOf(output)) {
      if (IsSameFile(*earlier, input)) return;  // the same file named twice
      plan_.problems.push_back({input, "would be written to " + output.string() + ", as would " +
                                           earlier->string() + "; only that one is done"});
    } else {
      writers_.emplace(Hash(output), plan_.images.size());
      plan_.images.Add(folder, below, name);
    }
  }

  static std::uint64_t Hash(const fs::path& output) {
    return Fnv1a(output.lexically_normal().string());
  }

  /// The input that is to be written there, if any.
  std::optional<fs::path> WriterOf(const fs::path& output) const {
    const auto [first, last] = writers_.equal_range(Hash(output));
    for (auto at = first; at != last; ++at) {
      const PlannedImage image = plan_.images[at->second];
      if (image.output.lexically_normal() == output.lexically_normal()) return image.input;
    }
    return std::nullopt;
  }

  /// Comes last: which inputs collide must not depend on the part.
  void KeepShard() {
    const Shard& shard = options_.shard;
    if (shard.count == 1) return;
    plan_.images.KeepIf([&](const PlannedImage& image) { return shard.Holds(image.relative); });
    auto& problems = plan_.problems;  // each told by one part
    problems.erase(std::remove_if(problems.begin(), problems.end(),
                                  [&](const auto& p) { return !shard.Holds(p.input); }),
                   problems.end());
  }

  /// No output may replace an input, not even that of another image.
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
  std::unordered_multimap<std::uint64_t, std::size_t> writers_;
  std::vector<FileIdentity> inputs_;
};

}  // namespace

InputPlan PlanInputs(const PlanOptions& options) { return Planner(options).Run(); }

}  // namespace facedeblur
