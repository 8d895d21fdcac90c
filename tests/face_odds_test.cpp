#include "facedeblur/face/face_odds.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace facedeblur {
namespace {

TEST(FaceOdds, AreALogisticRegression) {
  constexpr FaceOdds kOdds = {-1, 4, 0.5, -2};
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  EXPECT_DOUBLE_EQ(kOdds.Probability(-0.5, 6, false), sigmoid(-1 - 2 + 3));
  EXPECT_DOUBLE_EQ(kOdds.Probability(-0.5, 6, true), sigmoid(-1 - 2 + 3 - 2));
}

TEST(FaceOdds, TellWhichReadingAProbabilityTakes) {
  constexpr FaceOdds kOdds = {-1, 4, 0.5, -2};
  for (const bool added : {false, true}) {
    const double reading = kOdds.LeastReading(0.8, -0.5, added);
    EXPECT_NEAR(kOdds.Probability(-0.5, reading, added), 0.8, 1e-12);
  }
  constexpr FaceOdds kDeaf = {-1, 4, 0, -2};
  EXPECT_EQ(kDeaf.LeastReading(0.8, -0.5, false), -std::numeric_limits<double>::infinity());
}

TEST(ProbabilityOfScore, RisesWithTheScoreAndBack) {
  EXPECT_LT(ProbabilityOfScore(-1), 0.1);
  EXPECT_GT(ProbabilityOfScore(1), 0.9);
  for (const double p : {0.001, 0.25, 0.5, 0.75, 0.999}) {
    EXPECT_NEAR(ProbabilityOfScore(ScoreOfProbability(p)), p, 1e-12);
  }
  EXPECT_LT(ScoreOfProbability(0.5), ScoreOfProbability(0.6));
  EXPECT_TRUE(std::isfinite(ScoreOfProbability(0)));
  EXPECT_TRUE(std::isfinite(ScoreOfProbability(1)));
}

}  // namespace
}  // namespace facedeblur
