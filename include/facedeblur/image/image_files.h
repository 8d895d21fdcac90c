#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace facedeblur {

/// Where a walk finds an image, and whom it tells.
struct ImageFileVisitor {
  /// An image: the file folder/name. `below` is the path from the walk's first folder to `folder`.
  std::function<void(const std::filesystem::path& folder, const std::filesystem::path& below,
                     const std::string& name)>
      on_image;
  /// A folder that cannot be read, or not to its end, and why.
  std::function<void(const std::filesystem::path& folder, const std::string& why)> on_unreadable;
  /// Whether to go into a folder below the first one; empty: always.
  std::function<bool(const std::filesystem::path& folder)> enters;
};

/// Finds the images in a folder and the folders below it, as every command understands that:
/// - a file counts when its name has an image's extension; what it holds is not looked at, so that
///   a broken one is told by whoever reads it;
/// - files and folders whose names begin with a dot are left out;
/// - links to files are followed, links to folders are not: they could go in circles;
/// - the entries of each folder come sorted by name, files and folders alike;
/// - a folder that cannot be read does not keep its siblings from being read.
/// Returns how many files were left out for want of an image's extension.
std::size_t WalkImageFiles(const std::filesystem::path& folder, const ImageFileVisitor& visitor);

/// The paths of the images in a folder and the folders below it, by the same rules.
/// Throws Error(kInput) naming the folder when one of them cannot be read.
std::vector<std::filesystem::path> ListImageFiles(const std::filesystem::path& folder);

}  // namespace facedeblur
