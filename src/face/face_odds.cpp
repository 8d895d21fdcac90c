#include "facedeblur/face/face_odds.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace facedeblur {
namespace {

constexpr double kBias = 3.285;
constexpr double kPerScore = 7.636;

double Sigmoid(double logit) { return 1 / (1 + std::exp(-logit)); }

double Logit(double probability) {
  constexpr double kEdge = 1e-12;  // so that it is finite
  const double p = std::clamp(probability, kEdge, 1 - kEdge);
  return std::log(p / (1 - p));
}

}  // namespace

double FaceOdds::Probability(double score, double reading, bool is_added) const {
  return Sigmoid(bias + per_score * score + per_reading * reading + (is_added ? added : 0));
}

double FaceOdds::LeastReading(double probability, double score, bool is_added) const {
  if (per_reading <= 0) return -std::numeric_limits<double>::infinity();
  return (Logit(probability) - bias - per_score * score - (is_added ? added : 0)) / per_reading;
}

double ProbabilityOfScore(double score) { return Sigmoid(kBias + kPerScore * score); }

double ScoreOfProbability(double probability) { return (Logit(probability) - kBias) / kPerScore; }

}  // namespace facedeblur
