// Weights files that are well-formed HDF5, but whose groups, attributes and data sets are not what
// a model file or a Keras file should hold. Only Error may be thrown. (Malformed HDF5 is left to
// the HDF5 library, whose version 1.10 has memory errors of its own there.)

#include <fuzzer/FuzzedDataProvider.h>

#include <array>
#include <string>

#include "facedeblur/util/error.h"
#include "facedeblur/weights/keras_weights.h"
#include "facedeblur/weights/model_file.h"
#include "weights/hdf5_file.h"

namespace facedeblur {
namespace {

constexpr std::array<const char*, 14> kObjects = {"/",
                                                  "/tensors",
                                                  "/selftest",
                                                  "/template",
                                                  "/selftest/input",
                                                  "/selftest/output",
                                                  "/model_weights",
                                                  "/conv2d",
                                                  "/conv2d/conv2d/kernel:0",
                                                  "/conv2d/conv2d/bias:0",
                                                  "/batch_normalization",
                                                  "/tensors/a.weight",
                                                  "/layers",
                                                  "/block1_conv1"};
constexpr std::array<const char*, 15> kNames = {
    "format",      "format_version", "network", "channels",     "range",
    "chip_size",   "training",       "license", "figures",      "tolerance",
    "layer_names", "weight_names",   "backend", "layer_names0", "keras_version"};
constexpr std::array<const char*, 9> kTexts = {
    "facedeblur-model", "face-wiener-1",       "BGR",    "conv2d", "conv2d/kernel:0",
    "tensorflow",       "batch_normalization", "theano", ""};

std::string AnyText(FuzzedDataProvider* data) {
  return data->ConsumeBool() ? data->PickValueInArray(kTexts) : data->ConsumeRandomLengthString(20);
}

Tensor AnyTensor(FuzzedDataProvider* data) {
  Tensor tensor;
  const int rank = data->ConsumeIntegralInRange(0, 5);
  for (int i = 0; i < rank; ++i) tensor.shape.push_back(data->ConsumeIntegralInRange(0, 6));
  for (std::int64_t i = 0; i < tensor.ElementCount(); ++i) {
    tensor.values.push_back(data->ConsumeFloatingPoint<float>());
  }
  return tensor;
}

void AddAnything(FuzzedDataProvider* data, Hdf5File* file) {
  const std::string object = data->PickValueInArray(kObjects);
  const std::string name = data->PickValueInArray(kNames);
  switch (data->ConsumeIntegralInRange(0, 4)) {
    case 0:
      return file->WriteString(object, name, AnyText(data));
    case 1:
      return file->WriteNumber(object, name, data->ConsumeFloatingPoint<double>());
    case 2: {
      std::vector<std::string> list;
      for (int i = data->ConsumeIntegralInRange(0, 4); i > 0; --i) list.push_back(AnyText(data));
      return file->WriteStrings(object, name, list);
    }
    case 3:
      return file->CreateGroup(object);
    default:
      return file->WriteTensor(
          object, AnyTensor(data),
          data->ConsumeBool() ? Hdf5File::Storage::kFloat32 : Hdf5File::Storage::kUint8);
  }
}

Bytes AnyFile(FuzzedDataProvider* data) {
  Hdf5File file = Hdf5File::Create();
  while (data->remaining_bytes() > 0) {
    try {
      AddAnything(data, &file);
    } catch (const Error&) {  // a group that is not there, a name twice
    }
  }
  return file.Serialize();
}

}  // namespace
}  // namespace facedeblur

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  FuzzedDataProvider data(bytes, size);
  const facedeblur::Bytes file = facedeblur::AnyFile(&data);
  try {
    facedeblur::ReadModelFile(file);
  } catch (const facedeblur::Error&) {
  }
  try {
    facedeblur::ReadKerasWeights(file);
  } catch (const facedeblur::Error&) {
  }
  return 0;
}
