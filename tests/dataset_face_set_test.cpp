#include <gtest/gtest.h>

#include "dataset/landmark_cache.h"
#include "dataset_fixture.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"

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

TEST(FaceSet, ChipsArePlacedByTheLandmarksOrByTheSquareAlone) {
  FaceSetOptions options;
  options.folders = {testing::DataFolder() / "sharp"};
  options.align_by = AlignBy::kSquare;
  const FaceSet by_square = FaceSet::Load(options, Detector());
  const FaceSet& by_landmarks = SampleFaces();
  ASSERT_EQ(by_square.faces().size(), by_landmarks.faces().size());
  for (std::size_t i = 0; i < by_square.faces().size(); ++i) {
    const SharpFace& face = by_square.faces()[i];
    const SharpFace& other = by_landmarks.faces()[i];
    EXPECT_EQ(face.landmarks, other.landmarks);
    EXPECT_EQ(other.alignment, AlignmentPoints(other.landmarks));
    // Squares are upright; and their eyes are near the face's, but not on them.
    EXPECT_EQ(face.alignment[0].y, face.alignment[1].y);
    const double eyes = cv::norm(other.alignment[1] - other.alignment[0]);
    const double apart = cv::norm(face.alignment[0] - other.alignment[0]);
    EXPECT_GT(apart, 0);
    EXPECT_LT(apart, 0.4 * eyes);
  }
}

TEST(FaceSet, AStopEndsTheSearch) {
  FaceSetOptions options;
  options.folders = {testing::DataFolder() / "sharp"};
  options.stop = [] { return true; };
  EXPECT_TRUE(FaceSet::Load(options, Detector()).faces().empty());
}

/// A folder with one portrait, and its landmarks as the detector finds them.
class LandmarkCacheTest : public ::testing::Test {
 protected:
  LandmarkCacheTest() {
    std::filesystem::create_directories(photos_);
    std::filesystem::copy(testing::DataFolder() / "sharp" / "portrait_01.png", photos_ / "a b.png");
  }

  Landmarks Found() const { return LoadFaces(photos_, cache_).faces().front().landmarks; }

  std::string CacheText() const {
    const Bytes bytes = ReadFile(cache_);
    return {bytes.begin(), bytes.end()};
  }

  TempFolder folder_;
  std::filesystem::path photos_ = folder_ / "photos";
  std::filesystem::path cache_ = folder_ / "landmarks.txt";
};

TEST_F(LandmarkCacheTest, IsUsedByTheDetectorThatFilledIt) {
  const Landmarks found = Found();
  LandmarkCache cache(cache_, Detector().identity().Key());
  const std::string key = cache.Key(photos_ / "a b.png");
  Landmarks moved = cache.Find(key).value();
  for (cv::Point2f& point : moved) point.x += 2;
  cache.Add(key, moved);
  cache.Save();
  EXPECT_EQ(Found()[5].x, found[5].x + 2);
}

TEST_F(LandmarkCacheTest, OthersLandmarksAreNotUsed) {
  const Landmarks found = Found();
  const std::string detector = Detector().identity().Key();
  std::string text = CacheText();
  ASSERT_EQ(text.rfind(detector + ":", 0), 0U);
  const std::string others[] = {"0123456789abcdef" + text.substr(detector.size()),
                                text.substr(detector.size() + 1)};  // the older form
  for (std::string other : others) {
    other.replace(other.find(' '), 1, " 1000 1000 ");  // and two points fewer at the end
    for (int word = 0; word < 2; ++word) other.erase(other.find_last_of(' '));
    other += "\n";
    testing::WriteText(cache_, other);
    EXPECT_EQ(Found(), found);
    EXPECT_NE(CacheText().find(text), std::string::npos) << "what was found anew is kept";
  }
}

}  // namespace
}  // namespace facedeblur
