#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace facedeblur {

using Bytes = std::vector<std::uint8_t>;

/// Reads a whole file. Throws Error(kInput) naming the cause (not the path) when it cannot be
/// opened or read, or is not a regular file.
Bytes ReadFile(const std::filesystem::path& path);

/// ReadFile() with the path in its errors, for callers that do not add it.
Bytes ReadNamedFile(const std::filesystem::path& path);

/// Reads standard input to its end. Throws Error(kInput).
Bytes ReadStandardInput();

/// Writes to standard output. Throws Error(kOutput), also when the reader has gone.
void WriteStandardOutput(const Bytes& bytes);

/// Who may use a file.
struct FileAccess {
  std::filesystem::perms permissions = std::filesystem::perms::all;
  std::optional<unsigned> group;  ///< number of the group that those for the group are meant for
};

/// That of an existing file.
FileAccess AccessOf(const std::filesystem::path& file);

/// For those alone who may use both files.
FileAccess CommonAccess(const FileAccess& a, const FileAccess& b);

/// Whether an existing file may be replaced.
enum class Clobber { kRefuse, kReplace };

/// Writes `bytes` to `path` so that the file either is there complete or not at all. Until it is
/// complete and flushed to the device it has no name, or a temporary one in the same folder where
/// the file system does not know nameless files. Missing parent folders are created. With
/// Clobber::kRefuse a file that exists is never touched, not even one that appeared meanwhile.
/// Nobody gets more than both `access` and the umask allow, except that the owner can always read
/// and write the file: where it cannot be given to the group of `access`, its own group gets no
/// more than all others do. Throws Error(kOutput) naming the path and the cause, also where a
/// folder, a device or a pipe stands there; nothing is left behind then.
void WriteFileAtomically(const std::filesystem::path& path, const Bytes& bytes, Clobber clobber,
                         const FileAccess& access = {});

}  // namespace facedeblur
