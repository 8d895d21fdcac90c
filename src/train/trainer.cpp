#include "facedeblur/train/trainer.h"

#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <torch/types.h>  // clip_grad.h needs it first
//
#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adamw.h>
#include <torch/utils.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "facedeblur/image/metrics.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "nn/chip_tensor.h"
#include "train/batch_loader.h"
#include "train/objective.h"
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

/// Convolutions in bfloat16 while it lives; what needs more precision keeps it.
class MixedPrecision {
 public:
  MixedPrecision(bool enabled, const torch::Device& device)
      : enabled_(enabled), cuda_(device.is_cuda()) {
    if (!enabled_) return;
    if (cuda_) {
      at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
      at::autocast::set_enabled(true);
    } else {
      at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
      at::autocast::set_cpu_enabled(true);
    }
    at::autocast::increment_nesting();
  }
  ~MixedPrecision() {
    if (!enabled_) return;
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    cuda_ ? at::autocast::set_enabled(false) : at::autocast::set_cpu_enabled(false);
  }
  MixedPrecision(const MixedPrecision&) = delete;
  MixedPrecision& operator=(const MixedPrecision&) = delete;

 private:
  bool enabled_;
  bool cuda_;
};

/// bfloat16 has the range of a float: unlike half precision it needs no scaling of the loss.
bool UseMixedPrecision(const std::string& precision, const torch::Device& device) {
  if (precision == "fp32") return false;
  if (precision == "bf16") return true;
  if (precision != "auto") {
    throw Error(ErrorKind::kUsage, "unknown precision '" + precision + "': fp32, bf16 or auto");
  }
  if (device.is_cuda()) return true;
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

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
    at::set_num_threads(options.threads);
    torch::manual_seed(options.seed);
    objective_ = Objective::Create(options.network, options.losses);
    if (!options.init.empty()) {
      try {
        LoadTensors(ReadModelFile(ReadFile(options.init)).tensors, &objective_->module());
      } catch (const std::exception& error) {
        throw Error(ErrorKind::kModel, options.init.string() + ": " + DescribeException(error));
      }
    }
    objective_->module().to(device_);
    MakeChannelsLast(&objective_->module());
    mixed_precision_ = UseMixedPrecision(options.precision, device_);
    optimizer_ = std::make_unique<torch::optim::AdamW>(
        objective_->module().parameters(),
        torch::optim::AdamWOptions(options.learning_rate).weight_decay(options.weight_decay));
    state_.objective = objective_.get();
    state_.optimizer = optimizer_.get();
    for (const auto& parameter : objective_->module().parameters()) {
      state_.average.push_back(parameter.detach().clone());
    }
    const auto state_file = StateFile();
    if (std::filesystem::exists(state_file)) LoadState(state_file, &state_);
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
      Log(progress);
      on_progress(progress);
      last_report = std::chrono::steady_clock::now();
      last_step = state_.step;
    }
    if (last_saved_ != state_.step) SaveProgress();
  }

 private:
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
    progress->validated = true;
    {
      const AverageInPlace average(&objective_->module(), &state_.average);
      const c10::InferenceMode inference;
      objective_->module().eval();
      LossMeans means;
      for (const TrainingPair& pair : validation_) {
        torch::Tensor output;
        means.Add(objective_->ValidationLoss(ToBatch({pair}, device_), &output));
        const cv::Mat restored = ChipFromTensor(output);
        const auto share = 1 / static_cast<double>(validation_.size());
        progress->blurred_psnr += std::min(60.0, Psnr(pair.blurred, pair.sharp)) * share;
        progress->restored_psnr += std::min(60.0, Psnr(restored, pair.sharp)) * share;
      }
      progress->validation_losses = means.TakeMeans();
    }
    const bool best = progress->restored_psnr > state_.best_psnr;
    if (best) state_.best_psnr = progress->restored_psnr;
    // The state last: it remembers that the best weights were written.
    if (best) SaveWeights("best.h5");
    SaveProgress();
  }

  void SaveWeights(const std::string& name) {
    const AverageInPlace average(&objective_->module(), &state_.average);
    ModelFile model = objective_->EmptyModel();
    model.training = options_.training_note;
    model.license = options_.license_note;
    for (const auto& item : objective_->module().named_parameters()) {
      // What is stored is what the self-test must be run with.
      model.tensors[item.key()] = FromTorch(item.value().to(torch::kFloat16));
    }
    AddSelfTest(&model);
    WriteFileAtomically(options_.output / name, SerializeModelFile(model, /*half_precision=*/true),
                        Clobber::kReplace);
  }

  void AddSelfTest(ModelFile* model) {
    const auto rounded = Objective::Create(options_.network, options_.losses);
    LoadTensors(model->tensors, &rounded->module());
    rounded->module().eval();
    const c10::InferenceMode inference;
    // A pattern, not a face: a model file must carry nobody's picture.
    const int size = options_.pairs.chip_size;
    cv::Mat pattern(size, size, CV_8UC3);
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) {
        const double wave = std::sin(0.11 * x + 0.05 * y) * std::cos(0.07 * y - 0.02 * x);
        const int checker = (x / 16 + y / 16) % 2 * 40;
        pattern.at<cv::Vec3b>(y, x) = {static_cast<uchar>(110 + 60 * wave),
                                       static_cast<uchar>(100 + checker),
                                       static_cast<uchar>(130 - 50 * wave + checker)};
      }
    }
    cv::Mat chip;
    pattern.convertTo(chip, CV_32F, 1 / 255.0);
    const cv::Mat output = ChipFromTensor(rounded->Restore(TensorFromChip(chip)));
    model->self_test.input = {{size, size, 3}, {pattern.datastart, pattern.dataend}};
    model->self_test.output = {{size, size, 3},
                               {output.ptr<float>(), output.ptr<float>() + output.total() * 3}};
    model->self_test.tolerance = 5e-3;
  }

  void Log(const TrainingProgress& p) const {
    std::ofstream log(options_.output / "log.jsonl", std::ios::app);
    log << "{\"samples\":" << p.samples;
    for (const auto& [name, value] : p.losses) log << ",\"" << name << "\":" << value;
    log << ",\"samples_per_second\":" << p.samples_per_second
        << ",\"learning_rate\":" << p.learning_rate;
    if (p.validated) {
      log << ",\"blurred_psnr\":" << p.blurred_psnr << ",\"restored_psnr\":" << p.restored_psnr;
      for (const auto& [name, value] : p.validation_losses) {
        log << ",\"validation_" << name << "\":" << value;
      }
    }
    log << "}\n";
  }

  const FaceSet& training_;
  const TrainerOptions& options_;
  torch::Device device_;
  std::unique_ptr<Objective> objective_;
  std::unique_ptr<torch::optim::AdamW> optimizer_;
  TrainingState state_;
  std::vector<TrainingPair> validation_;
  int bad_steps_ = 0;
  std::int64_t last_saved_ = -1;
  bool mixed_precision_ = false;
};

}  // namespace

void Train(const FaceSet& training, const FaceSet& validation, const TrainerOptions& options,
           const ComputeDevice& device,
           const std::function<void(const TrainingProgress&)>& on_progress,
           const std::function<bool()>& stop) {
  if (options.batch < 1 || options.samples < options.batch || options.pairs.chip_size != 128 ||
      options.pairs.kernel.max_size != 27) {
    throw Error(ErrorKind::kUsage, "unusable training options");
  }
  std::filesystem::create_directories(options.output);
  Trainer(training, validation, options, device).Run(on_progress, stop);
}

}  // namespace facedeblur
