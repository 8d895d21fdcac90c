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

}  // namespace
}  // namespace facedeblur
