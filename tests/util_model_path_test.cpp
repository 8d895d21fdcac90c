#include <gtest/gtest.h>

#include <cstdlib>

#include "facedeblur/util/error.h"
#include "facedeblur/util/model_path.h"
#include "support.h"

namespace facedeblur {
namespace {

using testing::TempFolder;
using testing::WriteText;

TEST(FindModel, ExplicitFolderThenEnvironmentThenTheProgramsOwn) {
  const TempFolder first;
  const TempFolder second;
  testing::WriteText(first / "m.h5", "x");
  testing::WriteText(second / "m.h5", "x");
  ::setenv("FACEDEBLUR_MODELS", second.path().c_str(), 1);
  EXPECT_EQ(FindModel("m.h5", {}), second / "m.h5");
  EXPECT_EQ(FindModel("m.h5", first.path()), first / "m.h5");
  ::unsetenv("FACEDEBLUR_MODELS");
  EXPECT_THROW(FindModel("m.h5", {}), Error);
}

TEST(FindModel, NamedFoldersAreNotPassedOver) {
  EXPECT_THROW(FindModel(kDefaultWeights, "/no/such/folder"), Error);
  const TempFolder empty;
  EXPECT_THROW(FindModel(kDefaultWeights, empty.path()), Error);
  constexpr char kName[] = "shape_predictor_68_face_landmarks.dat";
  EXPECT_EQ(FindModel(kName, empty.path()), std::filesystem::path("/usr/share/dlib") / kName);
}

TEST(FindWeights, BareNamesAreLookedForInTheModelFolderToo) {
  const TempFolder models;
  const std::string name = "only_in_the_model_folder.h5";
  WriteText(models / name, "x");
  WriteText(models / kDefaultWeights, "x");
  EXPECT_EQ(FindWeights(name, models.path()), models / name);
  EXPECT_EQ(FindWeights({}, models.path()), models / kDefaultWeights);
  EXPECT_THROW(FindWeights("./" + name, models.path()), Error);
  EXPECT_THROW(FindWeights(models / "other.h5", {}), Error);
  EXPECT_EQ(FindWeights(models / name, {}), models / name);
  EXPECT_THROW(FindWeights("other.h5", models.path()), Error);
  const std::filesystem::path here = std::filesystem::current_path();
  const TempFolder folder;
  WriteText(folder / name, "x");
  WriteText(folder / kDefaultWeights, "x");
  std::filesystem::current_path(folder.path());
  EXPECT_EQ(FindWeights(name, models.path()), name);
  EXPECT_EQ(FindWeights({}, models.path()), models / kDefaultWeights) << "it was not asked for";
  std::filesystem::current_path(here);
}

TEST(ListWeights, AllOfTheModelFolderByName) {
  const TempFolder models;
  EXPECT_TRUE(ListWeights(models.path()).empty());
  for (const char* name : {"b.h5", "a.h5", "notes.txt", "c.h5/inner.h5"}) {
    WriteText(models / name, "x");
  }
  const std::vector<std::filesystem::path> expected = {models / "a.h5", models / "b.h5"};
  EXPECT_EQ(ListWeights(models.path()), expected);
  EXPECT_THROW(ListWeights("/no/such/folder"), Error);
}

}  // namespace
}  // namespace facedeblur
