#include "facedeblur/train/trainer.h"

#include <ATen/Parallel.h>
#include <torch/types.h>  // clip_grad.h needs it first

#include "facedeblur/image/picture.h"
//
#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adamw.h>
#include <torch/utils.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "facedeblur/image/contact_sheet.h"
#include "facedeblur/image/metrics.h"
#include "facedeblur/nn/device.h"
#include "facedeblur/nn/reference_spec.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "nn/chip_tensor.h"
#include "nn/mixed_precision.h"
#include "nn/torch_error.h"
#include "train/batch_loader.h"
#include "train/objective.h"
#include "train/training_log.h"
#include "train/training_state.h"

namespace facedeblur {
namespace {

/// Validation pairs are drawn with a seed of their own, the same in every run.
constexpr std::uint64_t kValidationSeed = 0x5EED;

/// Exchanges the parameters with their average while it lives.
class AverageInPlace {
 public:
  AverageInPlace(torch::nn::Module* module, std::vector<torch::Tensor>* average)
      : parameters_(module->parameters()), average_(average) {
    Exchange();
  }
  ~AverageInPlace() { Exchange(); }
  AverageInPlace(const AverageInPlace&) = delete;
  AverageInPlace& operator=(const AverageInPlace&) = delete;

 private:
  void Exchange() {
    const torch::NoGradGuard no_grad;
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      const torch::Tensor current = parameters_[i].detach().clone();
      parameters_[i].copy_((*average_)[i]);
      (*average_)[i].copy_(current);
    }
  }

  std::vector<torch::Tensor> parameters_;
  std::vector<torch::Tensor>* average_;
};

/// Convolutions run fastest with their channels last, in bfloat16 above all.
void MakeChannelsLast(torch::nn::Module* module) {
  for (torch::Tensor& parameter : module->parameters()) {
    if (parameter.dim() == 4) {
      parameter.set_data(parameter.contiguous(at::MemoryFormat::ChannelsLast));
    }
  }
}

/// Running means of the loss and its terms.
class LossMeans {
 public:
  void Add(const Loss& loss) {
    AddTerm("loss", loss.total);
    for (const auto& [name, value] : loss.terms) AddTerm(name, value);
  }

  /// The means so far; starts anew.
  std::map<std::string, double> TakeMeans() {
    std::map<std::string, double> means;
    for (const auto& [name, sum] : sums_) means[name] = sum.first / static_cast<double>(sum.second);
    sums_.clear();
    return means;
  }

 private:
  void AddTerm(const std::string& name, const torch::Tensor& value) {
    auto& [sum, count] = sums_[name];
    sum += value.item<double>();
    ++count;
  }

  std::map<std::string, std::pair<double, std::int64_t>> sums_;
};

class Trainer {
 public:
  Trainer(const FaceSet& training, const FaceSet& validation, const TrainerOptions& options,
          const ComputeDevice& device)
      : training_(training), options_(options), device_(TorchDevice(device)) {
    ComputeDevice precise = device;
    ResolvePrecision(options.precision, Workload::kTraining, &precise);
    mixed_precision_ = precise.bfloat16;
    at::set_num_threads(options.threads);
    torch::manual_seed(options.seed);
    objective_ = Objective::Create(options.network, options.losses, device_);
    objective_->CheckPairs(options.pairs);
    if (!options.init.empty()) LoadInitialWeights();
    objective_->module().to(device_);
    MakeChannelsLast(&objective_->module());
    optimizer_ = std::make_unique<torch::optim::AdamW>(
        objective_->module().parameters(),
        torch::optim::AdamWOptions(options.learning_rate).weight_decay(options.weight_decay));
    state_.objective = objective_.get();
    state_.optimizer = optimizer_.get();
    for (const auto& parameter : objective_->module().parameters()) {
      state_.average.push_back(parameter.detach().clone());
    }
    if (std::filesystem::exists(StateFile())) LoadState(StateFile(), device_, &state_);
    log_ = std::make_unique<TrainingLog>(options.output / "log.jsonl", state_.step * options.batch);
    for (std::int64_t i = 0; i < options.validation_pairs; ++i) {
      validation_.push_back(
          DrawPair(validation, options.pairs, kValidationSeed, static_cast<std::uint64_t>(i)));
    }
  }

  void Run(const std::function<void(const TrainingProgress&)>& on_progress,
           const std::function<bool()>& stop) {
    BatchLoader loader(
        training_, options_.pairs, options_.seed, static_cast<std::size_t>(options_.batch),
        static_cast<std::uint64_t>(state_.step), static_cast<std::size_t>(options_.loader_threads));
    const std::int64_t steps = options_.samples / options_.batch;
    const std::int64_t report_every = std::max<std::int64_t>(1, 400 / options_.batch);
    const std::int64_t validate_every =
        std::max<std::int64_t>(1, options_.validate_every / options_.batch);
    auto last_report = std::chrono::steady_clock::now();
    std::int64_t last_step = state_.step;
    LossMeans losses;
    while (state_.step < steps && !stop()) {
      Step(loader.Next(), &losses);
      const bool validate = state_.step % validate_every == 0 || state_.step == steps;
      if (!validate && state_.step % report_every != 0) continue;
      const auto now = std::chrono::steady_clock::now();
      const double seconds = std::chrono::duration<double>(now - last_report).count();
      const auto done = static_cast<double>(state_.step - last_step);
      TrainingProgress progress;
      progress.samples = state_.step * options_.batch;
      progress.losses = losses.TakeMeans();
      progress.samples_per_second = done * options_.batch / seconds;
      progress.learning_rate = LearningRate();
      if (validate) ValidateAndSave(&progress);
      log_->Append(progress);
      if (validate) WritePlots(*log_, options_.output);
      on_progress(progress);
      last_report = std::chrono::steady_clock::now();
      last_step = state_.step;
    }
    if (last_saved_ != state_.step) SaveProgress();
  }

 private:
  void LoadInitialWeights() {
    try {
      objective_->LoadWeights(ReadFile(options_.init));
    } catch (const std::exception& error) {
      throw Error(ErrorKind::kModel, options_.init.string() + ": " + DescribeException(error));
    }
  }

  void SaveProgress() {
    SaveState(StateFile(), state_);
    SaveWeights("weights.h5");
    last_saved_ = state_.step;
  }

  std::filesystem::path StateFile() const { return options_.output / "state.pt"; }

  /// Linear warm-up, then half a cosine down to 0 (Loshchilov and Hutter, ICLR 2017).
  double LearningRate() const {
    const auto done = static_cast<double>(state_.step * options_.batch);
    const double warm =
        std::min(1.0, (done + options_.batch) / static_cast<double>(options_.warmup));
    const double part = std::min(1.0, done / static_cast<double>(options_.samples));
    return options_.learning_rate * warm * 0.5 * (1 + std::cos(M_PI * part));
  }

  Loss ComputeLoss(const TrainingBatch& batch, Random* random) {
    const MixedPrecision mixed(mixed_precision_, device_);
    return objective_->ComputeLoss(batch, random);
  }

  void Step(const std::vector<TrainingPair>& pairs, LossMeans* means) {
    objective_->module().train();
    auto& group = static_cast<torch::optim::AdamWOptions&>(optimizer_->param_groups()[0].options());
    group.lr(LearningRate());
    Random random(options_.seed + 1, static_cast<std::uint64_t>(state_.step));
    // Parts that a step does not train have no gradient, rather than one of 0: AdamW then leaves
    // them and their moments alone.
    for (torch::Tensor& parameter : objective_->module().parameters()) {
      parameter.mutable_grad() = torch::Tensor();
    }
    const Loss loss = ComputeLoss(ToBatch(pairs, device_), &random);
    ++state_.step;
    if (!std::isfinite(loss.total.item<double>())) {
      if (++bad_steps_ == 20) {
        throw Error(ErrorKind::kInput,
                    "the loss was not a number for 20 steps; lower the learning rate");
      }
      return;  // a step not taken
    }
    bad_steps_ = 0;
    means->Add(loss);
    loss.total.backward();
    torch::nn::utils::clip_grad_norm_(objective_->module().parameters(), options_.clip);
    optimizer_->step();
    UpdateAverage();
  }

  void UpdateAverage() {
    const torch::NoGradGuard no_grad;
    // Early on the average follows faster, or it would long remember the first random weights.
    const auto step = static_cast<double>(state_.step);
    const double decay = std::min(options_.ema, (1 + step) / (10 + step));
    const auto parameters = objective_->module().parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      state_.average[i].mul_(decay).add_(parameters[i].detach(), 1 - decay);
    }
  }

  void ValidateAndSave(TrainingProgress* progress) {
    if (!validation_.empty()) Validate(progress);
    const double score = progress->restored_psnr > 0 ? progress->restored_psnr
                                                     : -progress->validation_losses["loss"];
    const bool best = score > state_.best_score;
    if (best) state_.best_score = score;
    // The state last: it remembers that the best weights were written.
    if (best) SaveWeights("best.h5");
    SaveProgress();
  }

  void Validate(TrainingProgress* progress) {
    const AverageInPlace average(&objective_->module(), &state_.average);
    const c10::InferenceMode inference;
    objective_->module().eval();
    LossMeans means;
    std::vector<SheetRow> examples = {{"Clean", {}}, {"Blurry", {}}, {"Deblurred", {}}};
    const auto share = 1 / static_cast<double>(validation_.size());
    for (const TrainingPair& pair : validation_) {
      torch::Tensor output;
      means.Add(objective_->ValidationLoss(ToBatch({pair}, device_), &output));
      if (!output.defined()) continue;  // a network that restores nothing
      const cv::Mat restored = ChipFromTensor(output);
      progress->blurred_psnr += std::min(60.0, Psnr(pair.blurred, pair.sharp)) * share;
      progress->restored_psnr += std::min(60.0, Psnr(restored, pair.sharp)) * share;
      constexpr std::size_t kExamples = 8;
      if (examples[0].cells.size() == kExamples) continue;
      examples[0].cells.push_back(pair.sharp);
      examples[1].cells.push_back(pair.blurred);
      examples[2].cells.push_back(restored);
    }
    progress->validation_losses = means.TakeMeans();
    if (!examples[0].cells.empty()) WriteExamples(examples);
  }

  void WriteExamples(const std::vector<SheetRow>& rows) const {
    constexpr int kCell = 160;
    WritePng(options_.output / "examples.png", MakeContactSheet(rows, kCell));
  }

  void SaveWeights(const std::string& name) {
    const AverageInPlace average(&objective_->module(), &state_.average);
    WriteFileAtomically(options_.output / name,
                        objective_->Serialize({options_.training_note, options_.license_note}),
                        Clobber::kReplace);
  }

  const FaceSet& training_;
  const TrainerOptions& options_;
  torch::Device device_;
  std::unique_ptr<Objective> objective_;
  std::unique_ptr<torch::optim::AdamW> optimizer_;
  std::unique_ptr<TrainingLog> log_;
  TrainingState state_;
  std::vector<TrainingPair> validation_;
  int bad_steps_ = 0;
  std::int64_t last_saved_ = -1;
  bool mixed_precision_ = false;
};

void CheckOptions(const TrainerOptions& o) {
  const auto require = [](bool holds, const char* message) {
    if (!holds) throw Error(ErrorKind::kUsage, message);
  };
  require(o.batch >= 1, "the batch must hold at least one pair");
  require(o.samples >= o.batch, "there must be pairs for at least one batch");
  require(o.threads >= 1 && o.loader_threads >= 1, "at least one thread is needed");
  require(o.validate_every >= 1 && o.validation_pairs >= 1, "validation needs pairs");
  require(o.ema >= 0 && o.ema < 1, "the average's decay must be from 0 to below 1");
  require(o.warmup >= 1, "the warm-up must last at least one pair");
}

}  // namespace

PairOptions DefaultPairs(const std::string& network) {
  PairOptions pairs;
  if (network != kReferenceNetwork) return pairs;
  // The notebook's: aligned 64x64 crops with the eyes 24 pixels apart, kernels of about 10 pixels.
  pairs.chip_size = kReferenceChipSize;
  pairs.min_eye_distance = 22;
  pairs.max_eye_distance = 26;
  pairs.max_rotation = 4;
  pairs.max_shift = 0.03;
  pairs.kernel.max_size = 13;
  pairs.kernel.max_sigma = 2.5;
  pairs.kernel.max_radius = 4;
  return pairs;
}

void Train(const FaceSet& training, const FaceSet& validation, const TrainerOptions& options,
           const ComputeDevice& device,
           const std::function<void(const TrainingProgress&)>& on_progress,
           const std::function<bool()>& stop) {
  CheckOptions(options);
  std::error_code failed;
  std::filesystem::create_directories(options.output, failed);
  if (failed) {
    throw Error(ErrorKind::kOutput, options.output.string() + ": " + failed.message());
  }
  try {
    Trainer(training, validation, options, device).Run(on_progress, stop);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    switch (ClassifyFailure(error, device)) {
      case DeviceFailure::kNone:
        throw;
      case DeviceFailure::kOutOfMemory:
        throw Error(ErrorKind::kDevice,
                    "out of memory; try a --batch smaller than " + std::to_string(options.batch));
      case DeviceFailure::kLost:
        throw ToError(error, device, ErrorKind::kDevice);
    }
  }
}

}  // namespace facedeblur
