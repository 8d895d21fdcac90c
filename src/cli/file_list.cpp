#include "cli/file_list.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "facedeblur/pipeline/input_plan.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"

namespace facedeblur {

std::vector<std::filesystem::path> ReadFileList(const std::filesystem::path& file, bool null) {
  Bytes bytes;
  try {
    bytes = file == kStandardStream ? ReadStandardInput() : ReadFile(file);
  } catch (const Error& error) {
    throw Error(ErrorKind::kUsage, file.string() + ": " + error.what());
  }
  if (!null && std::find(bytes.begin(), bytes.end(), 0) != bytes.end()) {
    throw Error(ErrorKind::kUsage, file.string() + ": its names end in NUL; -0 is needed");
  }
  std::vector<std::filesystem::path> names;
  const auto separator = static_cast<std::uint8_t>(null ? '\0' : '\n');
  for (auto begin = bytes.begin(); begin != bytes.end();) {
    const auto end = std::find(begin, bytes.end(), separator);
    if (begin != end) names.emplace_back(std::string(begin, end));
    begin = end == bytes.end() ? end : end + 1;
  }
  return names;
}

}  // namespace facedeblur
