#pragma once

#include <filesystem>
#include <vector>

namespace facedeblur {

/// The names in a list of files: a file, or standard input for "-". Names may hold anything but the
/// separator, which is NUL with `null` and a line end without. Throws Error(kUsage) when the list
/// cannot be read, or has NULs unasked for.
std::vector<std::filesystem::path> ReadFileList(const std::filesystem::path& file, bool null);

}  // namespace facedeblur
