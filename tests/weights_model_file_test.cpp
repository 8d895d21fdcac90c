#include <gtest/gtest.h>

#include <algorithm>

#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/sha256.h"
#include "facedeblur/weights/model_file.h"
#include "facedeblur/weights/weights_file.h"
#include "support.h"

namespace facedeblur {
namespace {

ModelFile MakeModel() {
  ModelFile model;
  model.network = "some-network";
  model.channels = "RGB";
  model.range = 255;
  model.chip_template = {64, {{1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10}}};
  model.notes.training = "by hand";
  model.notes.license = "none";
  model.notes.figures = "+1 dB";
  model.tensors["a.weight"] = {{2, 3}, {0.5F, -1.25F, 3, 1e-3F, 65000, -0.1F}};
  model.tensors["b"] = {{1}, {42}};
  model.self_test = {{{1, 1, 3}, {0, 128, 255}}, {{1, 1, 3}, {0.1F, 0.2F, 0.3F}}, 0.01};
  return model;
}

TEST(ModelFile, RoundTripInFullPrecision) {
  const ModelFile model = MakeModel();
  const ModelFile read = ReadModelFile(SerializeModelFile(model, false));
  EXPECT_EQ(read.network, model.network);
  EXPECT_EQ(read.channels, model.channels);
  EXPECT_EQ(read.range, model.range);
  EXPECT_EQ(read.notes.training, model.notes.training);
  EXPECT_EQ(read.notes.license, model.notes.license);
  EXPECT_EQ(read.notes.figures, model.notes.figures);
  EXPECT_EQ(read.chip_template.size, 64);
  EXPECT_EQ(read.chip_template.points, model.chip_template.points);
  ASSERT_EQ(read.tensors.size(), 2U);
  EXPECT_EQ(read.tensors.at("a.weight").shape, model.tensors.at("a.weight").shape);
  EXPECT_EQ(read.tensors.at("a.weight").values, model.tensors.at("a.weight").values);
  EXPECT_EQ(read.self_test.input.values, model.self_test.input.values);
  EXPECT_EQ(read.self_test.output.values, model.self_test.output.values);
}

TEST(ModelFile, HalfPrecisionRoundsToElevenBits) {
  const ModelFile model = MakeModel();
  const ModelFile read = ReadModelFile(SerializeModelFile(model, true));
  const auto& before = model.tensors.at("a.weight").values;
  const auto& after = read.tensors.at("a.weight").values;
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_NEAR(after[i], before[i], std::abs(before[i]) / 2048) << i;
  }
  EXPECT_EQ(after[1], -1.25F);
  EXPECT_LT(SerializeModelFile(model, true).size(), SerializeModelFile(model, false).size() + 1);
}

TEST(ModelFile, AMissingNoteIsNamedButForThatOfFigures) {
  for (const std::string note : {"training", "license", "figures"}) {
    Bytes bytes = SerializeModelFile(MakeModel(), false);
    const auto name = std::search(bytes.begin(), bytes.end(), note.begin(), note.end());
    ASSERT_NE(name, bytes.end());
    *name = 'x';  // now it is the name of something else
    try {
      ReadModelFile(bytes);
      EXPECT_EQ(note, "figures") << "older files do not have it";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(note), std::string::npos) << error.what();
      EXPECT_NE(note, "figures");
    }
  }
}

TEST(ModelFile, EveryTruncationIsAnError) {
  const Bytes whole = SerializeModelFile(MakeModel(), false);
  for (std::size_t length = 0; length < whole.size(); length += 1 + whole.size() / 61) {
    Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_THROW(ReadModelFile(std::move(cut)), Error) << length;
  }
}

TEST(ModelFile, ShippedModelIsReadable) {
  const ModelFile model = ReadModelFile(ReadFile(testing::ModelsFolder() / "face_wiener.h5"));
  EXPECT_EQ(model.network, "face-wiener-3");
  EXPECT_FALSE(model.notes.license.empty());
  EXPECT_FALSE(model.notes.training.empty());
}

TEST(WeightsFile, TheHashIsThatOfTheBytesThatWereRead) {
  const testing::TempFolder folder;
  const Bytes bytes = SerializeModelFile(MakeModel(), false);
  WriteFileAtomically(folder / "weights.h5", bytes, Clobber::kReplace);
  const WeightsFile file = ReadWeightsFile(folder / "weights.h5");
  testing::WriteText(folder / "weights.h5", "others");
  EXPECT_EQ(file.sha256, Sha256(bytes));
  EXPECT_EQ(NetworkName(file.content), "some-network");
}

}  // namespace
}  // namespace facedeblur
