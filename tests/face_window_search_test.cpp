#include <gtest/gtest.h>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "face/window_search.h"
#include "support.h"

namespace facedeblur {
namespace {

/// Takes everything for a face, or nothing.
class MadeUpReader : public LandmarkReader {
 public:
  explicit MadeUpReader(double face) : face_(face) {}
  FaceReading Read(const cv::Mat& /*grey*/, const cv::Rect& window) const override {
    return {{window.tl()}, face_};
  }

 private:
  double face_;
};

class WindowSearchTest : public ::testing::Test {
 protected:
  std::vector<FoundWindow> Search(double reader_says, double threshold, bool doubts) const {
    LandmarkReaders readers;
    readers.blurred = std::make_unique<MadeUpReader>(reader_says);
    const WindowSearch search(std::make_unique<HogScanner>(), std::move(readers), /*face_limit=*/2);
    return search.Search(photo_, threshold, doubts);
  }

  cv::Mat photo_ =
      cv::imread((testing::DataFolder() / "sharp/portrait_01.png").string(), cv::IMREAD_GRAYSCALE);
  double score_ = HogScanner().Scan(photo_, 0).at(0).score;
};

TEST_F(WindowSearchTest, WhatScoresEnoughIsAFaceWhateverTheReaderSays) {
  const auto found = Search(-9, score_ - 0.01, true);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].doubtful);
  EXPECT_EQ(found[0].window.score, score_);
  EXPECT_EQ(found[0].reading.landmarks, std::vector<cv::Point2d>({RectOf(found[0].window).tl()}));
}

TEST_F(WindowSearchTest, WhatScoresTooLittleIsAFaceWhereTheReaderSaysSo) {
  const double above = score_ + 0.5 * WindowSearch::kDoubt;
  const auto found = Search(2.1, above, true);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].doubtful);
  EXPECT_TRUE(Search(1.9, above, true).empty());
  EXPECT_TRUE(Search(2.1, above, false).empty()) << "nobody asked";
  EXPECT_TRUE(Search(2.1, score_ + 1.01 * WindowSearch::kDoubt, true).empty()) << "far too little";
}

TEST_F(WindowSearchTest, WithAHighThresholdTheDoubtfulAreStillVetted) {
  LandmarkReaders readers;
  readers.usual = std::make_unique<MadeUpReader>(1);
  readers.blurred = std::make_unique<MadeUpReader>(5);
  const WindowSearch search(std::make_unique<HogScanner>(), std::move(readers), 2);
  const auto found = search.Search(photo_, score_ + 0.5 * WindowSearch::kDoubt, true);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].reading.face, 5);
}

TEST_F(WindowSearchTest, APartOfAFaceIsNoFace) {
  const cv::Mat group =
      cv::imread((testing::DataFolder() / "sharp/group_1.jpg").string(), cv::IMREAD_GRAYSCALE);
  const auto pairs_that_share = [](const std::vector<HogWindow>& windows) {
    int count = 0;
    for (const HogWindow& a : windows) {
      const cv::Point2d middle = 0.5 * cv::Point2d(RectOf(a).tl() + RectOf(a).br());
      for (const HogWindow& b : windows) {
        if (&a != &b && cv::Rect2d(RectOf(b)).contains(middle)) ++count;
      }
    }
    return count;
  };
  constexpr double kLow = -0.5;
  EXPECT_GT(pairs_that_share(HogScanner().Scan(group, kLow - WindowSearch::kDoubt)), 0);
  LandmarkReaders readers;
  readers.blurred = std::make_unique<MadeUpReader>(9);  // would take everything
  const WindowSearch search(std::make_unique<HogScanner>(), std::move(readers));
  std::vector<HogWindow> found;
  for (const FoundWindow& face : search.Search(group, kLow, true)) found.push_back(face.window);
  EXPECT_GE(found.size(), 6U);
  EXPECT_EQ(pairs_that_share(found), 0);
}

TEST_F(WindowSearchTest, TheUsualReaderReadsWhatTheSearchIsSureOf) {
  const auto who = [&](const cv::Mat& photo, bool with_usual) {
    LandmarkReaders readers;
    if (with_usual) readers.usual = std::make_unique<MadeUpReader>(1);
    readers.blurred = std::make_unique<MadeUpReader>(5);
    const WindowSearch search(std::make_unique<HogScanner>(), std::move(readers), 2);
    const auto found = search.Search(photo, 0, true);
    return found.size() == 1 ? found[0].reading.face : std::nullopt;
  };
  ASSERT_GT(score_, WindowSearch::kSure);
  EXPECT_EQ(who(photo_, true), 1);
  EXPECT_EQ(who(photo_, false), 5);
  cv::Mat blurred;
  cv::blur(photo_, blurred, {91, 91});
  EXPECT_EQ(who(blurred, true), 5);
}

TEST_F(WindowSearchTest, WhereNobodyCanTellOnlyScoresCount) {
  const WindowSearch search(std::make_unique<HogScanner>(), {});
  EXPECT_EQ(search.Search(photo_, score_ - 0.01, true).size(), 1U);
  EXPECT_TRUE(search.Search(photo_, score_ + 0.01, true).empty());
}

}  // namespace
}  // namespace facedeblur
