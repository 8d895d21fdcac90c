#include "facedeblur/backend/default_training.h"

#include "facedeblur/backend/default_pairs.h"

namespace facedeblur {

TrainerOptions DefaultTraining(NetworkId network) {
  TrainerOptions options;
  options.network = network;
  options.pairs = DefaultPairs(network);
  if (network == NetworkId::kReference15) {
    options.validate_every = 10'000;  // it is slow: whole chips in fp32
    options.crops = 0.9;
    options.learning_rate = 3e-3;
  }
  return options;
}

}  // namespace facedeblur
