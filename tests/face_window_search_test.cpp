#include <gtest/gtest.h>

#include <algorithm>
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
    return {{window.tl()}, face_, {}};
  }

 private:
  double face_;
};

/// Tells that the face lies further to the right, and is surer of it there.
class ReaderThatPoints : public LandmarkReader {
 public:
  ReaderThatPoints(double first, double second, int* looks)
      : first_(first), second_(second), looks_(looks) {}
  using LandmarkReader::Read;
  FaceReading Read(const cv::Mat& /*grey*/, const cv::Rect& window,
                   double /*least*/) const override {
    ++*looks_;
    const bool again = pointed_to_ == window;
    pointed_to_ = window + cv::Point(window.width / 4, 0);
    if (again) return {{window.tl()}, second_, window};
    return {{window.tl()}, first_, pointed_to_};
  }

 private:
  double first_;
  double second_;
  int* looks_;
  mutable cv::Rect pointed_to_;
};

/// Takes nothing for a face, and keeps what it has read.
class ReaderThatKeepsCount : public LandmarkReader {
 public:
  explicit ReaderThatKeepsCount(std::vector<cv::Rect>* read) : read_(read) {}
  using LandmarkReader::Read;
  FaceReading Read(const cv::Mat& /*grey*/, const cv::Rect& window,
                   double /*least*/) const override {
    read_->push_back(window);
    return {{window.tl()}, -9, {}};
  }

 private:
  std::vector<cv::Rect>* read_;
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
  EXPECT_LT(found[0].window.score, HogScanner::kSure);
  EXPECT_NEAR(ProbabilityOfScore(found[0].score), 1 / (1 + std::exp(-1.2)), 1e-9);
  EXPECT_TRUE(Search(blurred_, 1.0, threshold, true).empty()) << "0.73";
  EXPECT_TRUE(Search(blurred_, 9, HogScanner::kSure, false).empty()) << "nobody asked";
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

TEST_F(WindowSearchTest, AFaceThatFillsItsWindowBadlyIsLookedAtAgain) {
  const std::vector<HogWindow> windows = HogScanner().Scan(blurred_, WindowSearch::kLeast);
  ASSERT_FALSE(windows.empty());
  const cv::Rect window = RectOf(windows[0]);
  const cv::Rect square = window + cv::Point(window.width / 4, 0);
  int looks = 0;
  const auto faces = [&](double first, double second) {
    looks = 0;
    LandmarkReaders readers;
    readers.blurred = std::make_unique<ReaderThatPoints>(first, second, &looks);
    const WindowSearch search(std::make_unique<HogScanner>(), std::move(readers), kReaderDecides);
    return search.Search(blurred_, ScoreOfProbability(0.75), true);
  };
  const std::vector<FoundWindow> found = faces(-4, 3);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].square, square);
  EXPECT_EQ(found[0].reading.face, 3);
  EXPECT_EQ(found[0].reading.landmarks, std::vector<cv::Point2d>({square.tl()}));
  EXPECT_EQ(looks, 2 * static_cast<int>(windows.size()));

  EXPECT_TRUE(faces(-4, -3).empty()) << "nor is it a face there";
  EXPECT_TRUE(faces(-7, 3).empty()) << "so little of a face is not worth a second look";
  EXPECT_EQ(looks, static_cast<int>(windows.size()));
  ASSERT_FALSE(faces(3, 9).empty());
  EXPECT_EQ(looks, static_cast<int>(windows.size())) << "sure enough at once";
  EXPECT_EQ(faces(3, 9)[0].square, square) << "where its reader places it";
}

/// Is the surer of a face, the further to the right its window begins.
class ReaderFromTheRight : public LandmarkReader {
 public:
  using LandmarkReader::Read;
  FaceReading Read(const cv::Mat& /*grey*/, const cv::Rect& window,
                   double /*least*/) const override {
    return {{window.tl()}, 5 + 0.01 * window.x, cv::Rect(100, 100, 80, 80)};
  }
};

TEST_F(WindowSearchTest, OfDoubtfulWindowsOfOneFaceTheSurestCounts) {
  const cv::Mat group =
      cv::imread((testing::DataFolder() / "sharp/group_1.jpg").string(), cv::IMREAD_GRAYSCALE);
  cv::Mat blurred;
  cv::blur(group, blurred, {61, 61});
  const std::vector<HogWindow> windows = HogScanner().Scan(blurred, WindowSearch::kLeast);
  ASSERT_GT(windows.size(), 1U);
  long furthest = 0;
  for (const HogWindow& window : windows) furthest = std::max(furthest, window.left);
  ASSERT_GT(furthest, windows[0].left) << "the best score is not there";
  LandmarkReaders readers;
  readers.blurred = std::make_unique<ReaderFromTheRight>();
  const WindowSearch search(std::make_unique<HogScanner>(), std::move(readers), kReaderDecides);
  const std::vector<FoundWindow> found = search.Search(blurred, ScoreOfProbability(0.75), true);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].window.left, furthest);
}

// A sharp face scores more.
TEST_F(WindowSearchTest, WhatScoresLittleButIsSharpIsNotRead) {
  cv::Mat noisy = blurred_.clone();
  cv::Mat noise(noisy.size(), CV_8U);
  cv::RNG random(1);
  random.fill(noise, cv::RNG::UNIFORM, 0, 120);
  noisy += noise;
  const auto low = [](const std::vector<HogWindow>& found) {
    return std::count_if(found.begin(), found.end(),
                         [](const HogWindow& window) { return window.score < -0.8; });
  };
  ASSERT_GT(low(HogScanner().Scan(noisy, -3)), 0) << "there is what could be read";
  LandmarkReaders readers;
  readers.blurred = std::make_unique<MadeUpReader>(9);
  const WindowSearch search(std::make_unique<HogScanner>(), std::move(readers), kReaderDecides);
  for (const FoundWindow& found : search.Windows(noisy, -3)) {
    EXPECT_GE(found.window.score, -0.8);
  }
  std::vector<HogWindow> read;
  for (const FoundWindow& found : search.Windows(blurred_, -1.5)) read.push_back(found.window);
  EXPECT_GT(low(read), 0) << "blurred, it is";
}

TEST_F(WindowSearchTest, BesideAFaceWithoutDoubtLessIsRead) {
  // How many windows that score less than -1.25 are read.
  const auto low = [](const cv::Mat& photo, double threshold) {
    std::vector<cv::Rect> read;
    LandmarkReaders readers;
    readers.blurred = std::make_unique<ReaderThatKeepsCount>(&read);
    const WindowSearch search(std::make_unique<HogScanner>(), std::move(readers));
    search.Search(photo, threshold, true);
    const std::vector<HogWindow> windows = HogScanner().Scan(photo, WindowSearch::kLeast);
    return std::count_if(windows.begin(), windows.end(), [&](const HogWindow& window) {
      return window.score < -1.25 && std::count(read.begin(), read.end(), RectOf(window)) > 0;
    });
  };
  cv::Mat both;
  cv::hconcat(photo_, blurred_, both);
  EXPECT_GT(low(blurred_, 0), 0);
  EXPECT_EQ(low(both, 0), 0);
  EXPECT_GT(low(both, -1.4), 0) << "that much is asked for";
}

TEST_F(WindowSearchTest, TheUsualReaderReadsWhatTheSearchIsSureOf) {
  const auto who = [&](const cv::Mat& photo, bool with_usual) {
    LandmarkReaders readers;
    if (with_usual) readers.usual = std::make_unique<MadeUpReader>(1);
    readers.blurred = std::make_unique<MadeUpReader>(5);
    const WindowSearch search(std::make_unique<HogScanner>(), std::move(readers), kReaderDecides);
    const auto found = search.Search(photo, 0, true);
    return found.empty() ? std::nullopt : found[0].reading.face;  // what it is sure of comes first
  };
  ASSERT_GT(score_, HogScanner::kSure);
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
