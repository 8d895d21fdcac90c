#include "facedeblur/weights/keras_weights.h"

#include <utility>

#include "facedeblur/util/error.h"
#include "weights/readers.h"

namespace facedeblur {
namespace {

/// A list attribute; Keras splits one over 64512 bytes into name0, name1, ...
std::vector<std::string> ReadNameList(const Hdf5File& file, const std::string& object,
                                      const std::string& name) {
  if (file.HasAttribute(object, name)) return file.ReadStrings(object, name);
  std::vector<std::string> all;
  for (int part = 0; file.HasAttribute(object, name + std::to_string(part)); ++part) {
    const auto some = file.ReadStrings(object, name + std::to_string(part));
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

bool HasNameList(const Hdf5File& file, const std::string& object, const std::string& name) {
  return file.HasAttribute(object, name) || file.HasAttribute(object, name + "0");
}

/// The group with the layers: the root of a weights file, or /model_weights of a whole model.
std::string FindLayerGroup(const Hdf5File& file) {
  if (HasNameList(file, "/", "layer_names")) return "/";
  if (file.HasObject("/model_weights") && HasNameList(file, "/model_weights", "layer_names")) {
    return "/model_weights";
  }
  if (file.HasObject("/layers") || file.HasObject("/_layer_checkpoint_dependencies")) {
    throw Error(ErrorKind::kModel,
                "a Keras 3 weights file; save it as Keras 2 HDF5 (a name ending in .h5) instead");
  }
  throw Error(ErrorKind::kModel, "an HDF5 file, but neither a facedeblur model nor Keras weights");
}

}  // namespace

KerasWeights ReadKerasWeights(Bytes bytes) { return ReadKeras(Hdf5File::Open(std::move(bytes))); }

KerasWeights ReadKeras(const Hdf5File& file) {
  const std::string group = FindLayerGroup(file);
  const std::string backend = file.ReadString(group, "backend").value_or("tensorflow");
  if (backend != "tensorflow") {
    throw Error(ErrorKind::kModel, "Keras weights of the backend '" + backend +
                                       "'; only those of TensorFlow can be used");
  }
  const std::string prefix = group == "/" ? "/" : group + "/";
  KerasWeights weights{{}, ReadNotes(file)};
  for (const std::string& name : ReadNameList(file, group, "layer_names")) {
    const std::string path = prefix + name;
    if (!file.HasObject(path)) {
      throw Error(ErrorKind::kModel, "the layer '" + name + "' is listed but missing");
    }
    KerasLayer layer{name, {}};
    for (const std::string& weight : ReadNameList(file, path, "weight_names")) {
      layer.tensors.push_back(file.ReadTensor(path + "/" + weight));
    }
    if (!layer.tensors.empty()) weights.layers.push_back(std::move(layer));
  }
  return weights;
}

Bytes SerializeKerasWeights(const KerasWeights& weights) {
  static const std::vector<std::string> kConvolution = {"kernel:0", "bias:0"};
  static const std::vector<std::string> kNormalization = {"gamma:0", "beta:0", "moving_mean:0",
                                                          "moving_variance:0"};
  Hdf5File file = Hdf5File::Create();
  std::vector<std::string> names;
  for (const KerasLayer& layer : weights.layers) {
    const auto& tensors = layer.tensors.size() == 4 ? kNormalization : kConvolution;
    if (layer.tensors.size() != tensors.size()) {
      throw Error(ErrorKind::kModel, "layer '" + layer.name + "' has an unexpected tensor count");
    }
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      paths.push_back(layer.name + "/" + tensors[i]);
      file.WriteTensor("/" + layer.name + "/" + paths.back(), layer.tensors[i],
                       Hdf5File::Storage::kFloat32);
    }
    file.WriteStrings("/" + layer.name, "weight_names", paths);
    names.push_back(layer.name);
  }
  file.WriteStrings("/", "layer_names", names);
  file.WriteString("/", "backend", "tensorflow");
  file.WriteString("/", "keras_version", "2.2.4");
  WriteNotes(weights.notes, &file);
  return file.Serialize();
}

}  // namespace facedeblur
