#include <gtest/gtest.h>

#include <map>
#include <set>

#include "face/turned_search.h"

namespace facedeblur {
namespace {

/// A search that finds one face at each of the angles it is told, with the scores it is told.
struct MadeUp {
  std::map<int, double> scores;
  std::set<int> searched;

  std::vector<DetectedFace> Find(const DetectorOptions& options) {
    const cv::Mat grey(1000, 1000, CV_8U, cv::Scalar(128));
    return SearchAngles(options, {2000, 2000}, grey, 0.5,
                        [this](const cv::Mat&, double, int turn, double threshold) {
                          searched.insert(turn);
                          std::vector<DetectedFace> faces;
                          const auto known = scores.find(turn);
                          if (known == scores.end() || known->second < threshold) return faces;
                          faces.emplace_back();
                          faces[0].box = {100, 100, 200, 200};
                          faces[0].score = known->second;
                          faces[0].turned = turn;
                          return faces;
                        });
  }
};

TEST(SearchAngles, ASureFaceUprightNeedsNoOtherSearch) {
  MadeUp search{{{0, 0.8}, {90, 3}}, {}};
  const auto faces = search.Find({});
  ASSERT_EQ(faces.size(), 1U);
  EXPECT_EQ(faces[0].turned, 0);
  EXPECT_EQ(search.searched, std::set<int>({0}));
}

TEST(SearchAngles, WhereNoneIsUprightRightAnglesAreTried) {
  MadeUp search{{{270, 1}, {45, 3}}, {}};
  const auto faces = search.Find({});
  ASSERT_EQ(faces.size(), 1U);  // once, though two copies of that angle are searched
  EXPECT_EQ(faces[0].turned, 270);
  EXPECT_EQ(search.searched, std::set<int>({0, 90, 180, 270}));
}

TEST(SearchAngles, AnyRotationAddsThoseInBetween) {
  DetectorOptions options;
  options.any_rotation = true;
  MadeUp search{{{0, 1}, {45, 3}}, {}};
  const auto faces = search.Find(options);
  ASSERT_EQ(faces.size(), 1U);
  EXPECT_EQ(faces[0].turned, 45);
}

TEST(SearchAngles, AWeakFindThatIsTurnedIsNoFace) {
  MadeUp search{{{90, 0.2}}, {}};
  EXPECT_TRUE(search.Find({}).empty());
}

/// A doubtful face upright may be part of one that is upside down.
TEST(SearchAngles, UpsideDownWinsWhereItIsMuchSurer) {
  MadeUp surer{{{0, 0.1}, {180, 2}}, {}};
  const auto turned = surer.Find({});
  ASSERT_EQ(turned.size(), 1U);
  EXPECT_EQ(turned[0].turned, 180);
  MadeUp as_sure{{{0, 0.3}, {180, 0.6}}, {}};
  const auto upright = as_sure.Find({});
  ASSERT_EQ(upright.size(), 1U);
  EXPECT_EQ(upright[0].turned, 0);
}

TEST(SearchAngles, UprightAloneSearchesNothingElse) {
  MadeUp search{{{90, 3}}, {}};
  EXPECT_TRUE(search.Find(DetectorOptions::SharpAndUpright()).empty());
  EXPECT_EQ(search.searched, std::set<int>({0}));
}

}  // namespace
}  // namespace facedeblur
