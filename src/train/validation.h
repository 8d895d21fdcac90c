#pragma once

#include <map>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "facedeblur/backend/trainer_options.h"
#include "train/objective.h"

namespace facedeblur {

/// What a network reaches on the validation pairs.
struct ValidationResult {
  std::map<std::string, double> losses;  ///< means of "loss" and its terms
  double blurred_psnr = 0;               ///< mean, dB, over the chip, each at most 60
  double restored_psnr = 0;              ///< the same; 0 of a network that restores nothing
  cv::Mat examples;  ///< CV_8UC3: sharp, blurred and restored chips; empty likewise

  /// The higher the better.
  double Score() const { return restored_psnr > 0 ? restored_psnr : -losses.at("loss"); }
};

/// Scores a network on pairs that are the same in every run.
class Validation {
 public:
  Validation(const FaceSet& faces, const PairOptions& pairs, std::int64_t count);

  /// The objective's module is on `device`.
  ValidationResult Run(Objective* objective, const torch::Device& device) const;

 private:
  std::vector<TrainingPair> pairs_;
};

}  // namespace facedeblur
