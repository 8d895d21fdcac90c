#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/align_by.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/heap.h"
#include "cli/option_binder.h"
#include "cli/pair_option_binding.h"
#include "cli/run_setup.h"
#include "facedeblur/backend/default_training.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/interrupt.h"
#include "facedeblur/util/model_path.h"
#include "facedeblur/util/task_pool.h"
#include "facedeblur/weights/networks.h"

namespace facedeblur {
namespace {

struct TrainOptions {
  std::vector<std::filesystem::path> folders;
  std::filesystem::path cache;
  AlignBy align_by = AlignBy::kLandmarks;
  std::filesystem::path models;
  DeviceRequest device;
  TrainerOptions trainer;
  OptionList all;  ///< for config.ini

  void Validate() const {
    trainer.Validate();
    trainer.pairs.Validate();
    all.ToConfig();  // tells what config.ini cannot hold before anything is loaded
  }
};

std::string NameOf(NetworkId id) { return std::string(InfoOf(id).name); }

std::vector<std::string> NetworkNames() {
  std::vector<std::string> names;
  for (const NetworkInfo& network : Networks()) names.emplace_back(network.name);
  return names;
}

std::string DescribeNetworks() {
  std::string text;
  for (const NetworkInfo& network : Networks()) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", network.name, network.description);
  }
  return text;
}

/// The first option of all to be read: the network decides how it is trained where the other
/// options do not.
void BindNetwork(CLI::App* app, TrainOptions* options) {
  TrainerOptions& t = options->trainer;
  const auto choose = [&t](const std::string& name) {
    const int threads = t.threads;
    t = DefaultTraining(FindNetwork(name)->id);
    t.threads = threads;
  };
  app->add_option_function<std::string>(
         "--network", choose,
         DescribeNetworks() +
             ". It sets the defaults of pairs and of training; those shown below are of " +
             NameOf(t.network))
      ->check(CLI::IsMember(NetworkNames()))
      ->default_str(NameOf(t.network))
      ->type_name("TEXT");
  options->all.AddText("network", [&t] { return NameOf(t.network); });
}

void BindLosses(OptionBinder* binder, LossOptions* losses) {
  binder->Add("--fourier-loss", &losses->fourier, "FLOAT", "Weight of the Fourier loss");
  binder->Add("--kernel-loss", &losses->kernel, "FLOAT", "Weight of the kernel loss");
  binder->Add("--kernel-steps", &losses->kernel_steps, "FLOAT",
              "Share of steps that train only the first kernel estimate");
  binder->AddFlag("--keep-estimate", &losses->keep_estimate,
                  "Leave the first kernel estimate of --init as it is");
  binder->Add(
      "--correction-steps", &losses->correction_steps, "FLOAT",
      "Share of steps that train only its correction, in " + NameOf(NetworkId::kFaceWiener3));
  binder->Add("--structure", &losses->structure, "FLOAT",
              "Extra weight of eyes, brows, nose and mouth");
  binder->Add("--balance", &losses->balance, "FLOAT",
              "How far mild blur counts as much as strong blur, 0 to 1: at 1 the loss of a pair is "
              "the logarithm of its error");
  binder->AddPath("--features", &losses->feature_network, "FILE",
                  "Network whose features restored and sharp faces must share: VGG16 or VGG19 "
                  "weights of Keras, or a " +
                      NameOf(NetworkId::kFaceLandmarks1) + " of ours");
  binder->Add("--feature-loss", &losses->feature, "FLOAT", "Weight of the features' loss");
  binder->AddPath("--windows", &losses->windows, "DIR",
                  "Windows written by train-finder --windows, which the network learns to tell "
                  "apart beside the pairs; " +
                      NameOf(NetworkId::kFaceLandmarks2) + " only");
}

void Bind(CLI::App* app, TrainOptions* options) {
  TrainerOptions& t = options->trainer;
  t.threads = static_cast<int>(ThreadCount(0));
  BindNetwork(app, options);
  OptionBinder binder(app);
  binder.AddPath("folders", &options->folders, "FOLDER", "Folders with sharp faces")->required();
  binder.ListIn(&options->all);
  binder
      .AddPath("-o,--output", &t.output, "DIR",
               "Folder for weights, state and log; resumed when used again")
      ->required();
  binder.AddPath("--cache", &options->cache, "FILE", "File that keeps the landmarks of the faces");
  BindAlignBy(&binder, &options->align_by);
  binder.AddPath("--models", &options->models, "DIR", "Folder with models");
  binder.AddPath("--init", &t.init, "FILE", "Weights to start from");
  binder.AddText("--device", &options->device, "TEXT", "auto, cpu, cuda or cuda:N");
  binder.Add("--seed", &t.seed, "UINT", "Seed of everything random");
  binder.Add("--samples", &t.samples, "INT", "Pairs to train on in all");
  binder.Add("--batch", &t.batch, "INT", "Pairs per step");
  binder.Add("--crops", &t.crops, "FLOAT",
             "Share of the pairs, the first ones, that are trained on crops; " +
                 NameOf(NetworkId::kReference15) + " only");
  binder.Add("--crop-size", &t.crop_size, "INT", "Side of the crops, pixels");
  binder.Add("--width", &t.width, "FLOAT",
             "Share of each layer's channels that is trained: a fast start for the whole; " +
                 NameOf(NetworkId::kReference15) + " only");
  binder.AddChoice("--optimizer", &t.optimizer,
                   {{"adamw", Optimizer::kAdamW}, {"muon", Optimizer::kMuon}}, "NAME",
                   "adamw; or muon, which makes the steps of layers' weights orthogonal");
  binder.Add("--learning-rate", &t.learning_rate, "FLOAT", "Peak learning rate");
  binder.Add("--weight-decay", &t.weight_decay, "FLOAT", "Decoupled weight decay");
  binder.Add("--warmup", &t.warmup, "INT", "Pairs over which the learning rate rises");
  binder.Add("--clip", &t.clip, "FLOAT", "Largest norm of the gradient");
  binder.Add("--ema", &t.ema, "FLOAT", "Decay of the averaged weights per step");
  BindLosses(&binder, &t.losses);
  binder.Add("--validate-every", &t.validate_every, "INT", "Pairs between validations");
  binder.Add("--validation-pairs", &t.validation_pairs, "INT", "Pairs to validate on");
  binder.AddPrecision(&t.precision, "; a run that is resumed with auto keeps what it began with");
  binder.Add("--threads", &t.threads, "INT", "Threads of the network's operations");
  binder.Add("--loader-threads", &t.loader_threads, "INT", "Threads that draw pairs");
  const std::string note = "Text for the weights file: ";
  binder.AddText("--training-note", &t.notes.training, "TEXT", note + "what they were trained on");
  binder.AddText("--license-note", &t.notes.license, "TEXT", note + "their terms");
  binder.AddText("--figures-note", &t.notes.figures, "TEXT", note + "how good they are");
  binder.Group("Pairs");
  BindPairOptions(&binder, &t.pairs);
  binder.AddConfig("Read options from an INI or TOML file");
}

std::string ListLosses(const std::map<std::string, double>& losses) {
  std::string text;
  for (const auto& [name, value] : losses) text += fmt::format(", {} {:.4f}", name, value);
  return text;
}

void Report(const TrainingProgress& p, std::int64_t samples) {
  const double left = static_cast<double>(samples - p.samples) / p.samples_per_second / 60;
  spdlog::info("{} of {} pairs{}, {:.1f} pairs/s, {:.0f} min left", p.samples, samples,
               ListLosses(p.losses), p.samples_per_second, left);
  if (p.restored_psnr > 0) {
    spdlog::info("  validation {:.2f} -> {:.2f} dB{}", p.blurred_psnr, p.restored_psnr,
                 ListLosses(p.validation_losses));
  } else if (!p.validation_losses.empty()) {
    spdlog::info("  validation{}", ListLosses(p.validation_losses));
  }
}

/// The options of a run, kept in a file with the weights they make.
class Configuration {
 public:
  /// Says so when a run goes on with others than it began with.
  explicit Configuration(const TrainOptions& options)
      : file_(options.trainer.output / "config.ini"), text_(options.all.ToConfig()) {
    std::error_code error;
    if (!std::filesystem::exists(file_, error)) return;
    const Bytes old = ReadNamedFile(file_);
    if (std::string(old.begin(), old.end()) == text_) return;
    spdlog::warn("{}: goes on with other options than it began with",
                 options.trainer.output.string());
  }

  /// To be called once training is under way: a run that cannot begin changes nothing.
  void Keep() {
    if (kept_) return;
    WriteFileAtomically(file_, Bytes(text_.begin(), text_.end()), Clobber::kReplace);
    kept_ = true;
  }

 private:
  std::filesystem::path file_;
  std::string text_;
  bool kept_ = false;
};

FaceSet LoadFaces(const TrainOptions& options) {
  FaceSetOptions load;
  load.folders = options.folders;
  load.cache = options.cache;
  load.align_by = options.align_by;
  load.threads = ThreadCount(0);
  constexpr std::size_t kFewestFaces = 20;
  load.min_faces = kFewestFaces;
  load.stop = [] { return InterruptSignal() != 0; };
  return FaceSet::Load(load, *LoadDetector(DetectorOptions::SharpAndUpright(), options.models));
}

int RunTrain(const TrainOptions& options, const CLI::App& /*app*/) {
  PrepareCommand();
  InstallInterruptHandlers();
  TuneHeap(HeapUse::kTraining);
  const Compute compute = OpenCompute(options.device, Precision::kFloat32);
  TellDevice(compute);
  Configuration configuration(options);
  FaceSet training = LoadFaces(options);
  TellUnreadable(training);
  if (InterruptSignal() != 0) return kExitSignalBase + InterruptSignal();
  constexpr std::size_t kValidationShare = 20;
  const FaceSet validation = training.TakeEveryNth(kValidationShare);
  spdlog::info("{} faces to train on, {} to validate on", training.faces().size(),
               validation.faces().size());
  const auto on_progress = [&](const TrainingProgress& progress) {
    configuration.Keep();
    Report(progress, options.trainer.samples);
  };
  compute.backend->Train(training, validation, options.trainer, compute.device, on_progress,
                         [] { return InterruptSignal() != 0; });
  configuration.Keep();
  const int signal = InterruptSignal();
  return signal != 0 ? kExitSignalBase + signal : kExitDone;
}

}  // namespace

std::unique_ptr<BoundCommand> BindTrain(CLI::App* app) {
  return BindCommand<TrainOptions>(app, Bind, RunTrain);
}

}  // namespace facedeblur
