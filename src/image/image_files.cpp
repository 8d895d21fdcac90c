#include "facedeblur/image/image_files.h"

#include <algorithm>
#include <system_error>

#include "facedeblur/image/format.h"
#include "facedeblur/util/error.h"

namespace facedeblur {
namespace fs = std::filesystem;
namespace {

struct FolderEntry {
  std::string name;
  bool is_folder;
};

class Walker {
 public:
  explicit Walker(const ImageFileVisitor& visitor) : visitor_(visitor) {}

  void Walk(const fs::path& folder, const fs::path& below) {
    for (const FolderEntry& entry : Read(folder)) {
      if (!entry.is_folder) {
        visitor_.on_image(folder, below, entry.name);
      } else if (!visitor_.enters || visitor_.enters(folder / entry.name)) {
        Walk(folder / entry.name, below / entry.name);
      }
    }
  }

  std::size_t other_files() const { return other_files_; }

 private:
  std::vector<FolderEntry> Read(const fs::path& folder) {
    std::vector<FolderEntry> entries;
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      std::string name = at->path().filename().string();
      if (name.front() == '.') continue;
      std::error_code unknown;  // of a link that leads nowhere: it counts as a file
      if (at->is_directory(unknown)) {
        if (!at->is_symlink(unknown)) entries.push_back({std::move(name), true});
      } else if (FormatFromExtension(name)) {
        entries.push_back({std::move(name), false});
      } else {
        ++other_files_;
      }
    }
    if (error) visitor_.on_unreadable(folder, "cannot read the folder: " + error.message());
    std::sort(entries.begin(), entries.end(),
              [](const FolderEntry& a, const FolderEntry& b) { return a.name < b.name; });
    return entries;
  }

  const ImageFileVisitor& visitor_;
  std::size_t other_files_ = 0;
};

}  // namespace

std::size_t WalkImageFiles(const fs::path& folder, const ImageFileVisitor& visitor) {
  Walker walker(visitor);
  walker.Walk(folder, {});
  return walker.other_files();
}

std::vector<fs::path> ListImageFiles(const fs::path& folder) {
  std::vector<fs::path> files;
  ImageFileVisitor visitor;
  visitor.on_image = [&](const fs::path& in, const fs::path& /*below*/, const std::string& name) {
    files.push_back(in / name);
  };
  visitor.on_unreadable = [](const fs::path& unreadable, const std::string& why) {
    throw Error(ErrorKind::kInput, unreadable.string() + ": " + why);
  };
  WalkImageFiles(folder, visitor);
  return files;
}

}  // namespace facedeblur
