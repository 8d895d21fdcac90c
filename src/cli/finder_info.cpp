#include "cli/finder_info.h"

#include "facedeblur/face/finder_file.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/sha256.h"
#include "facedeblur/util/text.h"

namespace facedeblur {

WeightsInfo DescribeFinder(const std::filesystem::path& file) {
  const FinderFile finder = LoadFinder(file);
  const Bytes bytes = ReadNamedFile(file);
  WeightsInfo info;
  info.kind = "search for blurred faces";
  info.network = Counted(static_cast<int>(finder.sub_detectors.size()), "sub-detector") + ", " +
                 Counted(static_cast<int>(finder.landmark_networks.size()), "landmark network");
  for (const std::vector<float>& detector : finder.sub_detectors) {
    info.parameters += static_cast<std::int64_t>(detector.size());
  }
  for (const NamedNumbers& network : finder.landmark_networks) {
    for (const auto& [name, tensor] : network) {
      info.parameters += static_cast<std::int64_t>(tensor.size());
    }
  }
  info.bytes = static_cast<std::int64_t>(bytes.size());
  info.sha256 = Sha256(bytes);
  info.notes.figures = finder.figures;
  info.notes.training = finder.training;
  info.notes.license = finder.license;
  info.self_test = "none in such files; the checksum fits";
  return info;
}

}  // namespace facedeblur
