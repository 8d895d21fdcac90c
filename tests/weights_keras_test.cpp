#include <gtest/gtest.h>

#include "facedeblur/util/error.h"
#include "facedeblur/weights/keras_weights.h"
#include "keras_fixture.h"
#include "support.h"
#include "weights/hdf5_file.h"

namespace facedeblur {
namespace {

std::vector<KerasLayer> TwoLayers() {
  testing::Numbers numbers(1);
  return {{"conv2d_9", {numbers.Fill({3, 3, 2, 4}, -1, 1), numbers.Fill({4}, -1, 1)}},
          {"batch_normalization_10",
           {numbers.Fill({4}, 0, 1), numbers.Fill({4}, 0, 1), numbers.Fill({4}, 0, 1),
            numbers.Fill({4}, 0, 1)}}};
}

void ExpectEqual(const std::vector<KerasLayer>& a, const std::vector<KerasLayer>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].name, b[i].name);
    ASSERT_EQ(a[i].tensors.size(), b[i].tensors.size());
    for (std::size_t k = 0; k < a[i].tensors.size(); ++k) {
      EXPECT_EQ(a[i].tensors[k].shape, b[i].tensors[k].shape);
      EXPECT_EQ(a[i].tensors[k].values, b[i].tensors[k].values);
    }
  }
}

std::string Message(Bytes bytes) {
  try {
    ReadKerasWeights(std::move(bytes));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    return error.what();
  }
  return "";
}

/// A file laid out by hand, as Keras lays it out below `prefix`.
Hdf5File HandMade(const std::string& prefix, const std::vector<KerasLayer>& layers,
                  const std::string& backend) {
  Hdf5File file = Hdf5File::Create();
  if (prefix != "/") file.CreateGroup(prefix);
  const std::string base = prefix == "/" ? "/" : prefix + "/";
  std::vector<std::string> names = {"input_1"};
  file.CreateGroup(base + "input_1");
  // For a layer without weights Keras writes numpy's empty list: floats, not strings. An attribute
  // with no strings reads the same way.
  file.WriteStrings(base + "input_1", "weight_names", {});
  for (const KerasLayer& layer : layers) {
    std::vector<std::string> weights;
    for (std::size_t i = 0; i < layer.tensors.size(); ++i) {
      weights.push_back(layer.name + "/w" + std::to_string(i) + ":0");
      file.WriteTensor(base + layer.name + "/" + weights.back(), layer.tensors[i],
                       Hdf5File::Storage::kFloat32);
    }
    file.WriteStrings(base + layer.name, "weight_names", weights);
    names.push_back(layer.name);
  }
  file.WriteStrings(prefix, "layer_names", names);
  file.WriteString(prefix, "backend", backend);
  return file;
}

TEST(KerasWeights, RoundTrip) {
  ExpectEqual(ReadKerasWeights(SerializeKerasWeights({TwoLayers(), {}})).layers, TwoLayers());
}

TEST(KerasWeights, NotesAreKept) {
  const KerasWeights weights{TwoLayers(), {"by hand", "anyone's", ""}};
  const KerasWeights read = ReadKerasWeights(SerializeKerasWeights(weights));
  EXPECT_EQ(read.notes.training, "by hand");
  EXPECT_EQ(read.notes.license, "anyone's");
  EXPECT_EQ(read.notes.figures, "");
}

TEST(KerasWeights, FileOrderNotNameOrder) {
  // HDF5 lists names alphabetically, which would put batch_normalization_10 first.
  const auto layers = ReadKerasWeights(HandMade("/", TwoLayers(), "tensorflow").Serialize()).layers;
  ExpectEqual(layers, TwoLayers());
}

TEST(KerasWeights, WholeModelFiles) {
  Hdf5File file = HandMade("/model_weights", TwoLayers(), "tensorflow");
  file.CreateGroup("/optimizer_weights");
  ExpectEqual(ReadKerasWeights(file.Serialize()).layers, TwoLayers());
}

TEST(KerasWeights, ListsSplitOverSeveralAttributes) {
  Hdf5File file = Hdf5File::Create();
  const auto layers = TwoLayers();
  for (std::size_t l = 0; l < layers.size(); ++l) {
    std::vector<std::string> weights;
    for (std::size_t i = 0; i < layers[l].tensors.size(); ++i) {
      weights.push_back("w" + std::to_string(i));
      file.WriteTensor("/" + layers[l].name + "/" + weights.back(), layers[l].tensors[i],
                       Hdf5File::Storage::kFloat32);
    }
    file.WriteStrings("/" + layers[l].name, "weight_names", weights);
    file.WriteStrings("/", "layer_names" + std::to_string(l), {layers[l].name});
  }
  ExpectEqual(ReadKerasWeights(file.Serialize()).layers, layers);
}

TEST(KerasWeights, OtherBackendsAreRefused) {
  const std::string message = Message(HandMade("/", TwoLayers(), "theano").Serialize());
  EXPECT_NE(message.find("theano"), std::string::npos);
}

TEST(KerasWeights, KerasThreeIsNamed) {
  Hdf5File file = Hdf5File::Create();
  file.CreateGroup("/layers/conv2d/vars");
  EXPECT_NE(Message(file.Serialize()).find("Keras 3"), std::string::npos);
}

TEST(KerasWeights, ForeignContentIsNamed) {
  EXPECT_NE(Message({'h', 'e', 'l', 'l', 'o', ' ', 'y', 'o', 'u'}).find("not an HDF5"),
            std::string::npos);
  Hdf5File other = Hdf5File::Create();
  other.CreateGroup("/something");
  EXPECT_NE(Message(other.Serialize()).find("neither"), std::string::npos);
}

TEST(KerasWeights, TruncationIsNamed) {
  const Bytes whole = SerializeKerasWeights({TwoLayers(), {}});
  for (const double part : {0.1, 0.5, 0.9, 0.99}) {
    const auto end = static_cast<std::ptrdiff_t>(part * static_cast<double>(whole.size()));
    EXPECT_NE(Message(Bytes(whole.begin(), whole.begin() + end)).find("truncated"),
              std::string::npos)
        << part;
  }
}

TEST(KerasWeights, MissingDatasetIsNamed) {
  Hdf5File file = Hdf5File::Create();
  file.CreateGroup("/conv2d");
  file.WriteStrings("/conv2d", "weight_names", {"conv2d/kernel:0"});
  file.WriteStrings("/", "layer_names", {"conv2d"});
  EXPECT_NE(Message(file.Serialize()).find("/conv2d/conv2d/kernel:0"), std::string::npos);
}

}  // namespace
}  // namespace facedeblur
