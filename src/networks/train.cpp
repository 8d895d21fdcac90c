#include "facedeblur/networks/train.h"

#include "networks/network_table.h"
#include "train/trainer.h"

namespace facedeblur {

void Train(const FaceSet& training, const FaceSet& validation, const TrainerOptions& options,
           const ComputeDevice& device,
           const std::function<void(const TrainingProgress&)>& on_progress,
           const std::function<bool()>& stop) {
  TrainTowards(EntryOf(options.network).make_objective, training, validation, options, device,
               on_progress, stop);
}

}  // namespace facedeblur
