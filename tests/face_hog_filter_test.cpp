#include <gtest/gtest.h>

#include <opencv2/core.hpp>
#include <stdexcept>
#include <vector>

#include "face/hog_filter.h"

namespace facedeblur {
namespace {

constexpr std::size_t kWeights = kHogPlanes * kWindowCells * kWindowCells;
constexpr float kThreshold = 2;

/// Random features from 0 to 0.4, as dlib's are.
class HogFilterTest : public ::testing::Test {
 protected:
  explicit HogFilterTest(cv::Size cells = {143, 71}) {
    hog_.cells = cells;
    for (int i = 0; i < kHogPlanes; ++i) {
      features_[i].create(cells, CV_32F);
      random_.fill(features_[i], cv::RNG::UNIFORM, 0, 0.4);
      hog_.planes[i] = features_[i].ptr<float>();
    }
  }

  /// Weights that look like the window there, which scores `score` by them.
  std::vector<float> Like(cv::Point first, double score) const {
    std::vector<float> numbers;
    double energy = 0;
    for (const cv::Mat& plane : features_) {
      const cv::Mat window = plane({first, cv::Size(kWindowCells, kWindowCells)}).clone() - 0.2;
      numbers.insert(numbers.end(), window.begin<float>(), window.end<float>());
      energy += window.dot(plane({first, cv::Size(kWindowCells, kWindowCells)}));
    }
    for (float& weight : numbers) weight *= static_cast<float>((score + kThreshold) / energy);
    numbers.push_back(kThreshold);
    return numbers;
  }

  /// The definition, in double precision.
  double ScoreByDefinition(const std::vector<float>& numbers, cv::Point first) const {
    double sum = -numbers.back();
    std::size_t next = 0;
    for (const cv::Mat& plane : features_) {
      for (int y = 0; y < kWindowCells; ++y) {
        for (int x = 0; x < kWindowCells; ++x) {
          sum += static_cast<double>(numbers[next++]) * plane.at<float>(first.y + y, first.x + x);
        }
      }
    }
    return sum;
  }

  cv::RNG random_{5};
  cv::Mat features_[kHogPlanes];
  HogPlanes hog_;
};

TEST_F(HogFilterTest, ScoresAreThoseOfTheDefinition) {
  std::vector<float> numbers(kWeights + 1);
  for (float& number : numbers) number = random_.uniform(-0.1F, 0.1F);
  const HogFilter filter(numbers);
  for (const cv::Point first : {cv::Point(0, 0), cv::Point(17, 40), cv::Point(133, 61)}) {
    EXPECT_NEAR(filter.Score(hog_, first), ScoreByDefinition(numbers, first), 1e-4);
  }
}

TEST_F(HogFilterTest, FindsExactlyTheWindowsThatScoreEnough) {
  // In the first tile, across two, and in the last corner.
  for (const cv::Point first : {cv::Point(0, 0), cv::Point(63, 31), cv::Point(133, 61)}) {
    const std::vector<float> numbers = Like(first, 1.5);
    std::vector<ScoredCells> expected;
    for (int y = 0; y <= hog_.cells.height - kWindowCells; ++y) {
      for (int x = 0; x <= hog_.cells.width - kWindowCells; ++x) {
        const double score = ScoreByDefinition(numbers, {x, y});
        if (score >= 0.5) expected.push_back({{x, y}, score});
      }
    }
    ASSERT_EQ(expected.size(), 1U);
    std::vector<ScoredCells> found;
    HogFilter(numbers).Find(hog_, 0.5, &found);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].first, first);
    EXPECT_NEAR(found[0].score, expected[0].score, 1e-4);
  }
}

TEST_F(HogFilterTest, WhereAllScoreEnoughAllAreFound) {
  std::vector<ScoredCells> found;
  HogFilter(Like({5, 5}, 1)).Find(hog_, -100, &found);
  const int columns = hog_.cells.width - kWindowCells + 1;
  const int rows = hog_.cells.height - kWindowCells + 1;
  ASSERT_EQ(found.size(), static_cast<std::size_t>(columns * rows));
  cv::Mat seen = cv::Mat::zeros(rows, columns, CV_8U);
  for (const ScoredCells& window : found) seen.at<unsigned char>(window.first) = 1;
  EXPECT_EQ(cv::countNonZero(seen), columns * rows);
}

TEST_F(HogFilterTest, AnImageSmallerThanAWindowHasNone) {
  hog_.cells = {kWindowCells - 1, 30};
  std::vector<ScoredCells> found;
  const HogFilter filter(Like({0, 0}, 1));
  filter.Find(hog_, -100, &found);
  hog_.cells = {};
  filter.Find(hog_, -100, &found);
  EXPECT_TRUE(found.empty());
}

TEST(HogFilter, RefusesAnotherNumberOfWeights) {
  EXPECT_THROW(HogFilter(std::vector<float>(kWeights)), std::invalid_argument);
  EXPECT_NO_THROW(HogFilter(std::vector<float>(kWeights + 1)));
}

}  // namespace
}  // namespace facedeblur
