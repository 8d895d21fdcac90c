#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>

#include "facedeblur/util/error.h"
#include "facedeblur/util/random.h"
#include "finder/fit_odds.h"

namespace facedeblur {
namespace {

std::vector<JudgedWindow> Draw(const FaceOdds& odds, std::size_t count) {
  Random random(5);
  std::vector<JudgedWindow> windows(count);
  for (JudgedWindow& window : windows) {
    window.score = random.Uniform(-1.2, 0);
    window.reading = random.Uniform(-8, 8);
    window.added = random.Uniform(0, 1) < 0.4;
    const double p = odds.Probability(window.score, window.reading, window.added);
    window.is_face = random.Uniform(0, 1) < p;
  }
  return windows;
}

TEST(FitOdds, FindsThoseThatWindowsWereDrawnFrom) {
  constexpr FaceOdds kTrue = {-1, 3, 0.9, -1.5};
  const FaceOdds fitted = FitOdds(Draw(kTrue, 20000));
  EXPECT_NEAR(fitted.bias, kTrue.bias, 0.2);
  EXPECT_NEAR(fitted.per_score, kTrue.per_score, 0.2);
  EXPECT_NEAR(fitted.per_reading, kTrue.per_reading, 0.05);
  EXPECT_NEAR(fitted.added, kTrue.added, 0.2);
}

TEST(FitOdds, FaceAndNoFaceBalanceInEachNumber) {
  // Where the likelihood is highest, the errors have no part along any of the four.
  const std::vector<JudgedWindow> windows = Draw({0.3, 2, 0.5, 1}, 3000);
  const FaceOdds fitted = FitOdds(windows);
  double errors[4] = {};
  for (const JudgedWindow& window : windows) {
    const double error =
        (window.is_face ? 1 : 0) - fitted.Probability(window.score, window.reading, window.added);
    errors[0] += error;
    errors[1] += error * window.score;
    errors[2] += error * window.reading;
    errors[3] += window.added ? error : 0;
  }
  for (const double error : errors) EXPECT_LT(std::abs(error), 0.1);
}

TEST(FitOdds, TellsEvenWhatIsToldApartWithoutFail) {
  const FaceOdds odds = FitOdds({{-1, -5, false, false}, {-0.2, 5, false, true}});
  EXPECT_GT(odds.Probability(-0.2, 5, false), 0.9);
  EXPECT_LT(odds.Probability(-1, -5, false), 0.1);
}

TEST(FitOdds, NeedsBothKinds) {
  EXPECT_THROW(FitOdds({}), Error);
  EXPECT_THROW(FitOdds({{-1, 2, false, true}}), Error);
  EXPECT_THROW(FitOdds({{-1, 2, false, false}}), Error);
}

}  // namespace
}  // namespace facedeblur
