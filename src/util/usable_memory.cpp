#include "facedeblur/util/usable_memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace facedeblur {

namespace fs = std::filesystem;
namespace {

/// The paths of this process's control groups, each below the folder where its hierarchy is
/// mounted.
struct ControlGroups {
  fs::path unified = "/";    ///< of version 2
  fs::path memory_v1 = "/";  ///< of version 1's memory controller
};

/// Reads /proc/self/cgroup, see cgroups(7): a line is "hierarchy:controllers:path", and that of
/// version 2 begins with "0::".
ControlGroups ReadControlGroups(const fs::path& file) {
  ControlGroups groups;
  std::ifstream stream(file);
  std::string line;
  while (std::getline(stream, line)) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    // A path that leads out of a container begins with "/..", which this makes "/".
    const fs::path path = fs::path(line.substr(second + 1)).lexically_normal();
    if (line.compare(0, second, "0:") == 0) groups.unified = path;
    if (controllers.find(",memory,") != std::string::npos) groups.memory_v1 = path;
  }
  return groups;
}

/// The lowest number in the files called `name` of a group and of those around it. A group need not
/// be visible here (a container may see its host's path), and "max" is no number.
std::int64_t LowestLimit(const fs::path& mount, const fs::path& group, const std::string& name) {
  std::int64_t lowest = std::numeric_limits<std::int64_t>::max();
  for (fs::path path = group.relative_path();; path = path.parent_path()) {
    std::ifstream stream(mount / path / name);
    std::int64_t limit = 0;
    if (stream >> limit && limit > 0) lowest = std::min(lowest, limit);
    if (path.empty()) return lowest;
  }
}

}  // namespace

std::int64_t UsableMemory(const fs::path& root) {
  const ControlGroups groups = ReadControlGroups(root / "proc/self/cgroup");
  const fs::path mount = root / "sys/fs/cgroup";
  return std::min({std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGE_SIZE),
                   LowestLimit(mount, groups.unified, "memory.max"),
                   LowestLimit(mount / "memory", groups.memory_v1, "memory.limit_in_bytes")});
}

}  // namespace facedeblur
