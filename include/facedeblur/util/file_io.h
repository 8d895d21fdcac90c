#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
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

/// Whether an existing file may be replaced.
enum class Clobber { kRefuse, kReplace };

/// Writes `bytes` to `path` so that the file either is there complete or not at all. Until it is
/// complete and flushed to the device it has no name, or a temporary one in the same folder where
/// the file system does not know nameless files. Missing parent folders are created. With
/// Clobber::kRefuse a file that exists is never touched, not even one that appeared meanwhile.
/// From the start the file has no more permissions than both `permissions` and the umask allow,
/// except that its owner can always read and write it.
/// Throws Error(kOutput) naming the path and the cause; nothing is left behind then.
void WriteFileAtomically(const std::filesystem::path& path, const Bytes& bytes, Clobber clobber,
                         std::filesystem::perms permissions = std::filesystem::perms::all);

}  // namespace facedeblur
