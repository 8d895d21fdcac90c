#pragma once

#include <vector>

#include "facedeblur/backend/trainer_options.h"
#include "facedeblur/restore/compute_device.h"
#include "train/loss_means.h"
#include "train/training_state.h"

namespace facedeblur {

/// Makes a network better step by step: AdamW (Loshchilov and Hutter, ICLR 2019) or Muon with
/// gradients that are cut off, and an average of the weights.
class Optimization {
 public:
  /// Changes `state`, whose tensors are on `device` and which says how precise convolutions are.
  Optimization(const TrainerOptions& options, const ComputeDevice& device, TrainingState* state)
      : options_(options), device_(device), state_(*state) {}

  /// Trains on one batch; adds its loss to `means`. A step whose loss or gradient is not a number
  /// counts, but changes no weights. Throws Error(kInput) after 20 of these on end.
  void Step(const std::vector<TrainingPair>& pairs, LossMeans* means);

  /// Of the next step: linear warm-up, then half a cosine down to 0 (Loshchilov and Hutter, ICLR
  /// 2017).
  double LearningRate() const;

 private:
  Loss ComputeLoss(const std::vector<TrainingPair>& pairs) const;
  bool IsOnCrops() const;
  void CountBadStep();

  const TrainerOptions& options_;
  ComputeDevice device_;
  TrainingState& state_;
  int bad_steps_ = 0;  // on end
};

}  // namespace facedeblur
