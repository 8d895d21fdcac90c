#include <gtest/gtest.h>

#include "dataset_fixture.h"
#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

using testing::Detector;
using testing::LoadFaces;
using testing::SampleFaces;
using testing::TempFolder;

TEST(FaceSet, FindsOneFacePerImageAndRemembersThem) {
  const TempFolder folder;
  const auto cache = folder / "landmarks.txt";
  const auto sharp = testing::DataFolder() / "sharp";
  const FaceSet first = LoadFaces(sharp, cache, 2);
  ASSERT_EQ(first.faces().size(), 7U);
  const FaceSet second = LoadFaces(sharp, cache, 1);
  ASSERT_EQ(second.faces().size(), 7U);
  for (std::size_t i = 0; i < 7; ++i) {
    for (std::size_t k = 0; k < kLandmarkCount; ++k) {
      EXPECT_EQ(first.faces()[i].landmarks[k], second.faces()[i].landmarks[k]);
    }
  }
}

TEST(FaceSet, TooFewFacesIsAnError) {
  const TempFolder folder;
  EXPECT_THROW(LoadFaces(folder.path()), Error);
  EXPECT_THROW(LoadFaces(folder / "missing"), Error);
}

TEST(FaceSet, KeepsTheFacesSurroundingsAlone) {
  for (const SharpFace& face : SampleFaces().faces()) {
    const cv::Rect photo(cv::Point(0, 0), face.photo_size);
    EXPECT_EQ(cv::Rect(face.offset, face.pixels.size()) & photo,
              cv::Rect(face.offset, face.pixels.size()));
    for (const cv::Point2f& point : face.landmarks) {
      EXPECT_TRUE(cv::Rect2f({0, 0}, cv::Size2f(face.pixels.size())).contains(point));
    }
  }
  const SharpFace& group = SampleFaces().faces().front();
  EXPECT_LT(group.pixels.total(), static_cast<std::size_t>(group.photo_size.area()));
}

TEST(FaceSet, AStopEndsTheSearch) {
  FaceSetOptions options;
  options.folders = {testing::DataFolder() / "sharp"};
  options.stop = [] { return true; };
  EXPECT_TRUE(FaceSet::Load(options, Detector()).faces().empty());
}

}  // namespace
}  // namespace facedeblur
