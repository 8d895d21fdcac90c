#include "facedeblur/networks/weights_info.h"

#include <utility>

#include "facedeblur/networks/restorers.h"
#include "facedeblur/util/error.h"
#include "facedeblur/weights/reference_spec.h"
#include "facedeblur/weights/weights_file.h"

namespace facedeblur {
namespace {

WeightsInfo DescribeModel(const ModelFile& model) {
  WeightsInfo info;
  info.kind = "facedeblur model";
  info.channels = model.channels;
  info.range = model.range;
  info.chip_size = model.chip_template.size;
  info.notes = model.notes;
  for (const auto& [name, tensor] : model.tensors) info.parameters += tensor.ElementCount();
  return info;
}

WeightsInfo DescribeKeras(const KerasWeights& weights) {
  WeightsInfo info;
  info.kind = "Keras 2 HDF5";
  info.notes = weights.notes;
  info.channels = "RGB";
  info.range = kReferenceWhite;
  info.chip_size = kReferenceChipSize;
  for (const KerasLayer& layer : weights.layers) {
    for (const Tensor& tensor : layer.tensors) info.parameters += tensor.ElementCount();
  }
  return info;
}

}  // namespace

WeightsInfo InspectWeights(const std::filesystem::path& weights, const ComputeDevice& device) {
  WeightsFile file = ReadWeightsFile(weights);
  const auto* model = std::get_if<ModelFile>(&file.content);
  const bool is_model = model != nullptr;
  WeightsInfo info =
      is_model ? DescribeModel(*model) : DescribeKeras(std::get<KerasWeights>(file.content));
  info.network = NetworkName(file.content);
  info.bytes = file.bytes;
  info.sha256 = file.sha256;
  try {
    MakeRestorer(std::move(file.content), device);
    info.self_test = is_model ? "passed" : "none in such files; the tensors fit";
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kDevice) throw;  // that says nothing about the weights
    info.self_test_failed = true;
    info.self_test = std::string("FAILED: ") + error.what();
  }
  return info;
}

}  // namespace facedeblur
