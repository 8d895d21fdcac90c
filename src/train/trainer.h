#pragma once

#include <torch/types.h>

#include <functional>
#include <memory>

#include "facedeblur/backend/trainer_options.h"
#include "facedeblur/restore/compute_device.h"
#include "train/objective.h"

namespace facedeblur {

/// Makes the objective of a network, freshly initialised, on the CPU; its losses work on `device`.
using ObjectiveFactory = std::unique_ptr<Objective> (*)(const LossOptions& losses,
                                                        const torch::Device& device);

/// Trains the network of `make_objective`: see Train() in networks/train.h.
void TrainTowards(ObjectiveFactory make_objective, const FaceSet& training,
                  const FaceSet& validation, const TrainerOptions& options,
                  const ComputeDevice& device,
                  const std::function<void(const TrainingProgress&)>& on_progress,
                  const std::function<bool()>& stop);

}  // namespace facedeblur
