#include <gtest/gtest.h>

#include <cmath>
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
  using LandmarkReader::Read;
  FaceReading Read(const cv::Mat& /*grey*/, const cv::Rect& window,
                   double /*least*/) const override {
    return {{window.tl()}, face_};
  }

 private:
  double face_;
};

/// The reader alone decides about what it reads.
constexpr FaceOdds kReaderDecides = {0, 0, 1, 0};

class WindowSearchTest : public ::testing::Test {
 protected:
  WindowSearchTest() { cv::blur(photo_, blurred_, {91, 91}); }

  static std::vector<FoundWindow> Search(const cv::Mat& photo, double reader_says, double threshold,
                                         bool doubts, const FaceOdds& odds = kReaderDecides) {
    LandmarkReaders readers;
    readers.blurred = std::make_unique<MadeUpReader>(reader_says);
    const WindowSearch search(std::make_unique<HogScanner>(), std::move(readers), odds);
    return search.Search(photo, threshold, doubts);
  }

  cv::Mat photo_ =
      cv::imread((testing::DataFolder() / "sharp/portrait_01.png").string(), cv::IMREAD_GRAYSCALE);
  cv::Mat blurred_;
  double score_ = HogScanner().Scan(photo_, 0).at(0).score;
};

TEST_F(WindowSearchTest, WhatScoresEnoughIsAFaceWhateverTheReaderSays) {
  const auto found = Search(photo_, -9, score_ - 0.01, true);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].window.score, score_);
  EXPECT_EQ(found[0].score, score_);
  EXPECT_EQ(found[0].reading.landmarks, std::vector<cv::Point2d>({RectOf(found[0].window).tl()}));
  EXPECT_TRUE(Search(photo_, -9, score_ + 0.01, true).empty());
}

TEST_F(WindowSearchTest, WhatScoresTooLittleIsAFaceWhereTheReaderSaysSo) {
  const double threshold = ScoreOfProbability(0.75);
  const auto found = Search(blurred_, 1.2, threshold, true);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_LT(found[0].window.score, WindowSearch::kSure);
  EXPECT_NEAR(ProbabilityOfScore(found[0].score), 1 / (1 + std::exp(-1.2)), 1e-9);
  EXPECT_TRUE(Search(blurred_, 1.0, threshold, true).empty()) << "0.73";
  EXPECT_TRUE(Search(blurred_, 9, WindowSearch::kSure, false).empty()) << "nobody asked";
}

TEST_F(WindowSearchTest, TheScoreCountsBesideTheReading) {
  constexpr FaceOdds kBoth = {0.5, 2, 0.8, -3};
  const auto found = Search(blurred_, 3, ScoreOfProbability(0.01), true, kBoth);
  ASSERT_FALSE(found.empty());
  EXPECT_NEAR(ProbabilityOfScore(found[0].score),
              1 / (1 + std::exp(-0.5 - 2 * found[0].window.score - 0.8 * 3)), 1e-9);
}

TEST_F(WindowSearchTest, AllWindowsAreReadWhereThatIsAsked) {
  LandmarkReaders readers;
  readers.blurred = std::make_unique<MadeUpReader>(-9);  // takes nothing for a face
  const WindowSearch search(std::make_unique<HogScanner>(), std::move(readers));
  const auto windows = search.Windows(blurred_, -1);
  EXPECT_EQ(windows.size(), HogScanner().Scan(blurred_, -1).size());
  for (const FoundWindow& window : windows) EXPECT_EQ(window.reading.face, -9);
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
  EXPECT_GT(pairs_that_share(HogScanner().Scan(group, WindowSearch::kLeast)), 0);
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
    const WindowSearch search(std::make_unique<HogScanner>(), std::move(readers), kReaderDecides);
    const auto found = search.Search(photo, 0, true);
    return found.size() == 1 ? found[0].reading.face : std::nullopt;
  };
  ASSERT_GT(score_, WindowSearch::kSure);
  EXPECT_EQ(who(photo_, true), 1);
  EXPECT_EQ(who(photo_, false), 5);
  EXPECT_EQ(who(blurred_, true), 5);
}

TEST_F(WindowSearchTest, WhereNobodyCanTellOnlyScoresCount) {
  const WindowSearch search(std::make_unique<HogScanner>(), {});
  EXPECT_EQ(search.Search(photo_, score_ - 0.01, true).size(), 1U);
  EXPECT_TRUE(search.Search(photo_, score_ + 0.01, true).empty());
}

}  // namespace
}  // namespace facedeblur
