#include "train/optimization.h"

#include <torch/types.h>  // clip_grad.h needs it first
//
#include <torch/nn/utils/clip_grad.h>

#include <algorithm>
#include <cmath>

#include "facedeblur/util/error.h"
#include "facedeblur/util/random.h"
#include "nn/mixed_precision.h"
#include "nn/torch_device.h"
#include "train/training_batch.h"

namespace facedeblur {

double Optimization::LearningRate() const {
  const auto done = static_cast<double>(state_.step * options_.batch);
  const double warm = std::min(1.0, (done + options_.batch) / static_cast<double>(options_.warmup));
  const double part = std::min(1.0, done / static_cast<double>(options_.samples));
  return options_.learning_rate * warm * 0.5 * (1 + std::cos(M_PI * part));
}

void Optimization::Step(const std::vector<TrainingPair>& pairs, LossMeans* means) {
  state_.objective->module().train();
  const double learning_rate = LearningRate();
  auto& group = static_cast<torch::optim::AdamWOptions&>(state_.adamw.param_groups()[0].options());
  group.lr(learning_rate);
  group.weight_decay(options_.weight_decay);  // a state that is resumed brings its own
  // Parts that a step does not train have no gradient, rather than one of 0: the optimisers then
  // leave them and their moments alone.
  for (torch::Tensor& parameter : state_.objective->module().parameters()) {
    parameter.mutable_grad() = torch::Tensor();
  }
  const Loss loss = ComputeLoss(pairs);
  ++state_.step;
  if (!std::isfinite(loss.total.item<double>())) return CountBadStep();
  loss.total.backward();
  const double norm =
      torch::nn::utils::clip_grad_norm_(state_.objective->module().parameters(), options_.clip);
  if (!std::isfinite(norm)) return CountBadStep();
  bad_steps_ = 0;
  means->Add(loss);
  state_.adamw.step();
  state_.muon.Step(learning_rate);
  state_.average.Update(state_.step, options_.ema);
}

Loss Optimization::ComputeLoss(const std::vector<TrainingPair>& pairs) const {
  const torch::Device device = TorchDevice(device_);
  Random random(options_.seed + 1, static_cast<std::uint64_t>(state_.step));
  TrainingBatch batch = ToBatch(pairs, device);
  if (IsOnCrops()) batch = RandomCrops(batch, options_.crop_size, &random);
  const MixedPrecision mixed(state_.bfloat16.value_or(false), device);
  return state_.objective->ComputeLoss(batch, &random);
}

bool Optimization::IsOnCrops() const {
  const auto done = static_cast<double>(state_.step * options_.batch);
  return done < options_.crops * static_cast<double>(options_.samples);
}

void Optimization::CountBadStep() {
  constexpr int kMostBadSteps = 20;
  if (++bad_steps_ < kMostBadSteps) return;
  throw Error(ErrorKind::kInput,
              "the loss or its gradient was not a number for 20 steps; lower the learning rate");
}

}  // namespace facedeblur
