#pragma once

#include <torch/optim/adamw.h>
#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "facedeblur/backend/trainer_options.h"
#include "train/muon.h"
#include "train/objective.h"
#include "train/weight_average.h"

namespace facedeblur {

/// Everything that training changes: with it saved, training goes on as if it had not stopped.
struct TrainingState {
  TrainingState(Objective* trained, Optimizer optimizer, double weight_decay, int pairs_of_a_step);

  Objective* objective;
  torch::optim::AdamW adamw;
  Muon muon;  ///< of no parameters where AdamW has them all
  WeightAverage average;
  std::int64_t batch;  ///< pairs of a step
  std::int64_t step = 0;
  /// Whether convolutions are in bfloat16; unknown until it is chosen.
  std::optional<bool> bfloat16;
  double best_score = -1e300;  ///< of the weights in best.h5
};

/// Writes the state so that the file is there complete or not at all. Throws Error(kOutput).
void SaveState(const std::filesystem::path& path, const TrainingState& state);

/// Fills a state of the same network, whose tensors are on `device`, whatever device the file was
/// written on. Throws Error(kModel) when the file does not fit.
void LoadState(const std::filesystem::path& path, const torch::Device& device,
               TrainingState* state);

}  // namespace facedeblur
