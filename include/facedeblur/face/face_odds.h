#pragma once

namespace facedeblur {

/// How likely a window that a network has read is to be a face: a logistic regression.
struct FaceOdds {
  double bias = 0;         ///< the logit where the rest is 0
  double per_score = 1;    ///< of the search's score
  double per_reading = 1;  ///< of the network's logit (FaceReading::face)
  double added = 0;        ///< for windows that only added sub-detectors have found

  double Probability(double score, double reading, bool is_added) const;

  /// The reading with which such a window is as likely to be a face, between 0 and 1; where
  /// readings say nothing for one, minus infinity.
  double LeastReading(double probability, double score, bool is_added) const;
};

/// How likely a window of dlib's own sub-detectors is to be a face when only its score is known,
/// and the score that makes so likely (any probability between 0 and 1). `train-finder` tells the
/// two numbers behind it.
double ProbabilityOfScore(double score);
double ScoreOfProbability(double probability);

}  // namespace facedeblur
