#pragma once

#include <cstdint>
#include <filesystem>

namespace facedeblur {

/// Bytes of memory that this process may use: the machine's, or the limit of its control group or
/// of one around it (as a container or a job of Slurm has), where that is lower. `root` is the
/// folder that holds proc/ and sys/.
std::int64_t UsableMemory(const std::filesystem::path& root = "/");

}  // namespace facedeblur
