#include "train/trainer.h"

#include <ATen/Parallel.h>
#include <torch/utils.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "facedeblur/nn/device.h"
#include "facedeblur/nn/precision.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "nn/torch_device.h"
#include "nn/torch_error.h"
#include "train/batch_loader.h"
#include "train/loss_means.h"
#include "train/optimization.h"
#include "train/run_folder.h"
#include "train/training_log.h"
#include "train/training_state.h"
#include "train/validation.h"

namespace facedeblur {
namespace {

/// Convolutions run fastest with their channels last, in bfloat16 above all.
void MakeChannelsLast(torch::nn::Module* module) {
  for (torch::Tensor& parameter : module->parameters()) {
    if (parameter.dim() == 4) {
      parameter.set_data(parameter.contiguous(at::MemoryFormat::ChannelsLast));
    }
  }
}

void LoadInitialWeights(const std::filesystem::path& file, Objective* objective) {
  try {
    objective->LoadWeights(ReadFile(file));
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kModel, file.string() + ": " + DescribeException(error));
  }
}

/// The network as training begins with it, on the device.
std::unique_ptr<Objective> Prepare(ObjectiveFactory make_objective, const TrainerOptions& options,
                                   const torch::Device& device) {
  at::set_num_threads(options.threads);
  torch::manual_seed(options.seed);
  std::unique_ptr<Objective> objective = make_objective(options.losses, device);
  objective->CheckPairs(options.pairs);
  if (options.crops > 0 && !objective->TakesCrops()) {
    throw Error(ErrorKind::kUsage,
                std::string(InfoOf(options.network).name) + " cannot be trained on crops of chips");
  }
  if (!options.init.empty()) LoadInitialWeights(options.init, objective.get());
  if (options.width < 1 && !objective->SetWidth(options.width)) {
    throw Error(ErrorKind::kUsage, std::string(InfoOf(options.network).name) +
                                       " cannot be trained with part of its channels");
  }
  objective->module().to(device);
  MakeChannelsLast(&objective->module());
  return objective;
}

/// A run goes on in the precision that it began with, whatever is faster by now.
void ChoosePrecision(Precision wanted, ComputeDevice device, TrainingState* state) {
  if (wanted == Precision::kAuto && state->bfloat16) {
    wanted = *state->bfloat16 ? Precision::kBfloat16 : Precision::kFloat32;
  }
  ResolvePrecision(wanted, Workload::kTraining, &device);
  state->bfloat16 = device.bfloat16;
}

/// Measures how fast training is.
class Pace {
 public:
  explicit Pace(std::int64_t samples) : samples_(samples) {}

  /// Samples per second since the last call of Restart(). What is done between the two, validation
  /// above all, does not count.
  double At(std::int64_t samples) const {
    const std::chrono::duration<double> elapsed = Clock::now() - since_;
    return static_cast<double>(samples - samples_) / elapsed.count();
  }

  void Restart(std::int64_t samples) {
    since_ = Clock::now();
    samples_ = samples;
  }

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point since_ = Clock::now();
  std::int64_t samples_;
};

class Trainer {
 public:
  Trainer(ObjectiveFactory make_objective, const FaceSet& training, const FaceSet& validation,
          const TrainerOptions& options, const ComputeDevice& device)
      : options_(options),
        torch_device_(TorchDevice(device)),
        folder_(options.output, std::string(InfoOf(options.network).name), options.notes),
        objective_(Prepare(make_objective, options, torch_device_)),
        state_(objective_.get(), options.optimizer, options.weight_decay, options.batch),
        optimization_(options, device, &state_),
        training_(training),
        validation_(validation, options.pairs, options.validation_pairs) {
    folder_.Resume(torch_device_, &state_);
    ChoosePrecision(options.precision, device, &state_);
  }

  void Run(const std::function<void(const TrainingProgress&)>& on_progress,
           const std::function<bool()>& stop) {
    BatchLoader loader(
        training_, options_.pairs, options_.seed, static_cast<std::size_t>(options_.batch),
        static_cast<std::uint64_t>(state_.step), static_cast<std::size_t>(options_.loader_threads));
    const TrainingLog log = folder_.OpenLog(Samples());
    const std::int64_t steps = options_.samples / options_.batch;
    Pace pace(Samples());
    LossMeans losses;
    while (state_.step < steps && !stop()) {
      optimization_.Step(loader.Next(), &losses);
      const bool validate = IsEvery(options_.validate_every) || state_.step == steps;
      if (!validate && !IsEvery(kSamplesPerReport)) continue;
      TrainingProgress progress;
      progress.samples = Samples();
      progress.losses = losses.Take();
      progress.samples_per_second = pace.At(Samples());
      progress.learning_rate = optimization_.LearningRate();
      if (validate) ValidateAndSave(&progress);
      log.Append(progress);
      if (validate) folder_.WritePlots(log);
      on_progress(progress);
      pace.Restart(Samples());
    }
    if (saved_step_ != state_.step) Save();
  }

 private:
  static constexpr std::int64_t kSamplesPerReport = 400;

  std::int64_t Samples() const { return state_.step * options_.batch; }

  /// Whether this is one of the steps that are so many samples apart.
  bool IsEvery(std::int64_t samples) const {
    return state_.step % std::max<std::int64_t>(1, samples / options_.batch) == 0;
  }

  void ValidateAndSave(TrainingProgress* progress) {
    const ValidationResult result = Validate();
    progress->validation_losses = result.losses;
    progress->blurred_psnr = result.blurred_psnr;
    progress->restored_psnr = result.restored_psnr;
    if (!result.examples.empty()) folder_.WriteExamples(result.examples);
    // The state last: it remembers that the best weights were written.
    if (result.Score() > state_.best_score) {
      state_.best_score = result.Score();
      folder_.SaveBest(&state_);
    }
    Save();
  }

  ValidationResult Validate() {
    const WeightAverage::InPlace average(&state_.average);
    return validation_.Run(objective_.get(), torch_device_);
  }

  void Save() {
    folder_.Save(&state_);
    saved_step_ = state_.step;
  }

  const TrainerOptions& options_;
  torch::Device torch_device_;
  RunFolder folder_;
  std::unique_ptr<Objective> objective_;
  TrainingState state_;
  Optimization optimization_;
  const FaceSet& training_;
  Validation validation_;
  std::int64_t saved_step_ = -1;
};

}  // namespace

void TrainTowards(ObjectiveFactory make_objective, const FaceSet& training,
                  const FaceSet& validation, const TrainerOptions& options,
                  const ComputeDevice& device,
                  const std::function<void(const TrainingProgress&)>& on_progress,
                  const std::function<bool()>& stop) {
  options.Validate();
  try {
    Trainer(make_objective, training, validation, options, device).Run(on_progress, stop);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    switch (ClassifyFailure(error, device)) {
      case DeviceFailure::kOutOfMemory:
        throw Error(ErrorKind::kDevice,
                    "out of memory; try a --batch smaller than " + std::to_string(options.batch));
      case DeviceFailure::kLost:
        throw ToError(error, device, ErrorKind::kDevice);
      case DeviceFailure::kNone:
        throw;
    }
  }
}

}  // namespace facedeblur
