#include <gtest/gtest.h>

#include <cmath>

#include "facedeblur/face/similarity.h"
#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

std::vector<cv::Point2f> Apply(const Similarity& similarity, const std::vector<cv::Point2f>& from) {
  std::vector<cv::Point2f> to;
  for (const auto& point : from) to.emplace_back(similarity(cv::Point2d(point)));
  return to;
}

double SquaredError(const Similarity& similarity, const std::vector<cv::Point2f>& from,
                    const std::vector<cv::Point2f>& to) {
  double sum = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const cv::Point2d d = similarity(cv::Point2d(from[i])) - cv::Point2d(to[i]);
    sum += d.dot(d);
  }
  return sum;
}

const std::vector<cv::Point2f> kPoints = {{10, 20}, {80, 25}, {44, 60}, {20, 90}, {70, 95}};

TEST(Similarity, RecoversAKnownOne) {
  const Similarity truth{1.3 * std::cos(0.4), 1.3 * std::sin(0.4), -7, 12};
  const Similarity found = EstimateSimilarity(kPoints, Apply(truth, kPoints));
  EXPECT_NEAR(found.a, truth.a, 1e-5);
  EXPECT_NEAR(found.b, truth.b, 1e-5);
  EXPECT_NEAR(found.tx, truth.tx, 1e-3);
  EXPECT_NEAR(found.ty, truth.ty, 1e-3);
  EXPECT_NEAR(found.Scale(), 1.3, 1e-5);
}

TEST(Similarity, NoNeighbourHasASmallerError) {
  std::vector<cv::Point2f> target = Apply({0.9, 0.2, 3, 4}, kPoints);
  target[0] += cv::Point2f(5, -3);
  target[3] += cv::Point2f(-2, 6);
  const Similarity best = EstimateSimilarity(kPoints, target);
  const double error = SquaredError(best, kPoints, target);
  for (const double step : {-1e-3, 1e-3}) {
    for (const Similarity& near : {Similarity{best.a + step, best.b, best.tx, best.ty},
                                   Similarity{best.a, best.b + step, best.tx, best.ty},
                                   Similarity{best.a, best.b, best.tx + step, best.ty},
                                   Similarity{best.a, best.b, best.tx, best.ty + step}}) {
      EXPECT_GT(SquaredError(near, kPoints, target), error);
    }
  }
}

TEST(Similarity, InverseAndProduct) {
  const Similarity first{0.7, -0.4, 10, -3};
  const Similarity second{1.1, 0.6, -20, 8};
  const cv::Point2d point(17, 31);
  const cv::Point2d round = (first.Inverse() * first)(point);
  EXPECT_NEAR(round.x, point.x, 1e-9);
  EXPECT_NEAR(round.y, point.y, 1e-9);
  EXPECT_NEAR(cv::norm((second * first)(point)-second(first(point))), 0, 1e-9);
}

TEST(Similarity, RefusesDegenerateInput) {
  EXPECT_THROW(EstimateSimilarity({{1, 1}}, {{2, 2}}), Error);
  EXPECT_THROW(EstimateSimilarity({{1, 1}, {1, 1}}, {{2, 2}, {3, 3}}), Error);
  EXPECT_THROW(EstimateSimilarity(kPoints, {{1, 1}}), Error);
}

}  // namespace
}  // namespace facedeblur
