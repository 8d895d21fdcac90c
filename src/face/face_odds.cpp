#include "facedeblur/face/face_odds.h"

#include <algorithm>
#include <cmath>

namespace facedeblur {
namespace {

constexpr double kBias = 3.285;
constexpr double kPerScore = 7.636;

double Sigmoid(double logit) { return 1 / (1 + std::exp(-logit)); }

}  // namespace

double FaceOdds::Probability(double score, double reading, bool is_added) const {
  return Sigmoid(bias + per_score * score + per_reading * reading + (is_added ? added : 0));
}

double ProbabilityOfScore(double score) { return Sigmoid(kBias + kPerScore * score); }

double ScoreOfProbability(double probability) {
  constexpr double kEdge = 1e-12;  // so that the score is finite
  const double p = std::clamp(probability, kEdge, 1 - kEdge);
  return (std::log(p / (1 - p)) - kBias) / kPerScore;
}

}  // namespace facedeblur
