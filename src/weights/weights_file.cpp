#include "facedeblur/weights/weights_file.h"

#include <exception>
#include <utility>

#include "facedeblur/util/error.h"
#include "facedeblur/util/sha256.h"
#include "weights/readers.h"

namespace facedeblur {

WeightsKind KindOf(const Weights& weights) {
  return std::holds_alternative<ModelFile>(weights) ? WeightsKind::kModel : WeightsKind::kKeras;
}

std::string_view NetworkName(const Weights& weights) {
  if (const auto* model = std::get_if<ModelFile>(&weights)) return model->network;
  return InfoOf(NetworkId::kReference15).name;
}

Weights ParseWeights(Bytes bytes) {
  const Hdf5File file = Hdf5File::Open(std::move(bytes));
  if (file.HasAttribute("/", "format_version")) return ReadModel(file);
  return ReadKeras(file);
}

WeightsFile ReadWeightsFile(const std::filesystem::path& path) {
  try {
    Bytes bytes = ReadFile(path);
    WeightsFile file;
    file.sha256 = Sha256(bytes);
    file.bytes = static_cast<std::int64_t>(bytes.size());
    file.content = ParseWeights(std::move(bytes));
    return file;
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kModel, path.string() + ": " + DescribeException(error));
  }
}

}  // namespace facedeblur
