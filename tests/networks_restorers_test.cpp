#include <gtest/gtest.h>

#include "facedeblur/networks/restorers.h"
#include "facedeblur/networks/weights_info.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/model_path.h"
#include "facedeblur/weights/model_file.h"
#include "keras_fixture.h"
#include "support.h"

namespace facedeblur {
namespace {

using testing::TempFolder;

std::string FailureOf(const std::filesystem::path& weights) {
  try {
    LoadRestorer(weights, {});
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.what();
  }
  ADD_FAILURE() << weights << " was accepted";
  return "";
}

ModelFile ShippedModel() {
  return ReadModelFile(ReadFile(testing::ModelsFolder() / "face_wiener.h5"));
}

std::string FailureOf(const ModelFile& model) {
  const TempFolder folder;
  testing::WriteBytes(folder / "model.h5", SerializeModelFile(model, true));
  return FailureOf(folder / "model.h5");
}

TEST(LoadRestorer, ShippedModelPassesItsSelfTest) {
  const auto restorer = LoadRestorer(testing::ModelsFolder() / "face_wiener.h5", {});
  EXPECT_EQ(restorer->chip_template().size, 160);
}

TEST(LoadRestorer, KerasWeightsRunAtSixtyFourPixels) {
  const TempFolder folder;
  testing::WriteBytes(folder / "celebA_deblur_cnn_weights.h5",
                      SerializeKerasWeights({testing::MakeReferenceLayers(), {}}));
  const auto restorer = LoadRestorer(folder / "celebA_deblur_cnn_weights.h5", {});
  EXPECT_EQ(restorer->chip_template().size, 64);
  const cv::Mat chip(64, 64, CV_32FC3, cv::Scalar(0.2, 0.5, 0.7));
  const cv::Mat restored = restorer->Restore(chip);
  EXPECT_EQ(restored.size(), chip.size());
  EXPECT_EQ(restored.type(), CV_32FC3);
  EXPECT_GT(cv::norm(restored, chip, cv::NORM_INF), 0);
}

TEST(LoadRestorer, SelfTestCatchesDamagedWeights) {
  ModelFile model = ShippedModel();
  for (float& value : model.tensors.at("u.head.weight").values) value *= 1.5F;
  EXPECT_NE(FailureOf(model).find("self-test"), std::string::npos);
}

TEST(InspectWeights, TellsWhetherTheSelfTestFails) {
  EXPECT_FALSE(InspectWeights(testing::ModelsFolder() / "face_wiener.h5", {}).self_test_failed);
  ModelFile model = ShippedModel();
  for (float& value : model.tensors.at("u.head.weight").values) value *= 1.5F;
  const TempFolder folder;
  testing::WriteBytes(folder / "model.h5", SerializeModelFile(model, true));
  EXPECT_TRUE(InspectWeights(folder / "model.h5", {}).self_test_failed);
}

TEST(LoadRestorer, MisfitsAreNamed) {
  ModelFile model = ShippedModel();
  model.network = "from-the-future";
  EXPECT_NE(FailureOf(model).find("from-the-future"), std::string::npos);
  model = ShippedModel();
  model.tensors.erase("k.out.bias");
  EXPECT_NE(FailureOf(model).find("k.out.bias"), std::string::npos);
  model = ShippedModel();
  model.tensors["left.over"] = {{1}, {0}};
  EXPECT_NE(FailureOf(model).find("does not have"), std::string::npos);
  model = ShippedModel();
  model.tensors["k.out.bias"] = {{2}, {0, 0}};
  EXPECT_NE(FailureOf(model).find("wrong shape"), std::string::npos);
}

TEST(LoadRestorer, AModelFileCannotHoldAKerasNetwork) {
  ModelFile model = ShippedModel();
  for (const NetworkInfo& network : Networks()) {
    if (network.weights == WeightsKind::kModel) continue;
    model.network = network.name;
    EXPECT_NE(FailureOf(model).find("does not know"), std::string::npos);
  }
}

TEST(LoadRestorer, ForeignFilesAreNamed) {
  const TempFolder folder;
  testing::WriteText(folder / "weights.h5", "not weights");
  EXPECT_NE(FailureOf(folder / "weights.h5").find("weights.h5: not an HDF5 file"),
            std::string::npos);
  EXPECT_NE(FailureOf(folder / "missing.h5").find("No such file"), std::string::npos);
}

}  // namespace
}  // namespace facedeblur
