#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "engine/commands.h"
#include "engine/setup.h"
#include "facedeblur/train/trainer.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/interrupt.h"

namespace facedeblur {
namespace {

struct TrainOptions {
  std::vector<std::filesystem::path> folders;
  std::filesystem::path cache;
  std::filesystem::path models;
  std::string device = "auto";
  TrainerOptions trainer;
};

void AddTrainOptions(CLI::App* app, TrainOptions* options) {
  TrainerOptions& t = options->trainer;
  t.threads = static_cast<int>(ThreadCount(0));
  app->add_option("folders", options->folders, "Folders with sharp faces")
      ->required()
      ->type_name("FOLDER");
  app->add_option("-o,--output", t.output,
                  "Folder for weights, state and log; resumed when used again")
      ->required()
      ->type_name("DIR");
  app->add_option("--cache", options->cache, "File that keeps the landmarks of the faces")
      ->type_name("FILE");
  app->add_option("--models", options->models, "Folder with models")->type_name("DIR");
  app->add_option("--init", t.init, "Weights to start from")->type_name("FILE");
  AddOption(app, "--device", &options->device, "auto, cpu, cuda or cuda:N");
  AddOption(app, "--network", &t.network,
            "face-wiener-1, face-wiener-2 (estimates the kernel twice), reference-15 (the Keras "
            "notebook's) or face-landmarks-1 (for --features)");
  AddOption(app, "--seed", &t.seed, "Seed of everything random");
  AddOption(app, "--samples", &t.samples, "Pairs to train on in all");
  AddOption(app, "--batch", &t.batch, "Pairs per step");
  AddOption(app, "--learning-rate", &t.learning_rate, "Peak learning rate");
  AddOption(app, "--weight-decay", &t.weight_decay, "Decoupled weight decay");
  AddOption(app, "--warmup", &t.warmup, "Pairs over which the learning rate rises");
  AddOption(app, "--clip", &t.clip, "Largest norm of the gradient");
  AddOption(app, "--ema", &t.ema, "Decay of the averaged weights per step");
  AddOption(app, "--fourier-loss", &t.losses.fourier, "Weight of the Fourier loss");
  AddOption(app, "--kernel-loss", &t.losses.kernel, "Weight of the kernel loss");
  AddOption(app, "--kernel-steps", &t.losses.kernel_steps,
            "Share of steps that train only the kernel estimate");
  AddOption(app, "--structure", &t.losses.structure, "Extra weight of eyes, brows, nose and mouth");
  app->add_option("--features", t.losses.features,
                  "Network whose features restored and sharp faces must share: VGG16 or VGG19 "
                  "weights of Keras, or a face-landmarks-1 of ours")
      ->type_name("FILE");
  AddOption(app, "--feature-loss", &t.losses.feature, "Weight of the features' loss");
  AddOption(app, "--validate-every", &t.validate_every, "Pairs between validations");
  AddOption(app, "--validation-pairs", &t.validation_pairs, "Pairs to validate on");
  AddOption(app, "--precision", &t.precision,
            "fp32, bf16, or auto: bf16 convolutions where the hardware has them");
  AddOption(app, "--threads", &t.threads, "Threads of the network's operations");
  AddOption(app, "--loader-threads", &t.loader_threads, "Threads that draw pairs");
  AddOption(app, "--training-note", &t.training_note,
            "Text for the model file: what it was trained on");
  AddOption(app, "--license-note", &t.license_note,
            "Text for the model file: terms of the weights");
  app->set_config("--config", "", "Read options from an INI or TOML file");
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

/// Keeps the options with the weights they made; tells when a run goes on with others.
void KeepConfiguration(const CLI::App& app, const std::filesystem::path& folder) {
  const std::string text = app.config_to_str(/*default_also=*/true, /*write_description=*/false);
  const auto file = folder / "config.ini";
  std::filesystem::create_directories(folder);
  std::error_code error;
  if (std::filesystem::exists(file, error)) {
    const Bytes old = ReadFile(file);
    if (std::string(old.begin(), old.end()) != text) {
      spdlog::warn("{}: goes on with other options than it began with", folder.string());
    }
  }
  WriteFileAtomically(file, Bytes(text.begin(), text.end()), Clobber::kReplace);
}

class TrainCommand : public Command {
 public:
  const char* Usage() const override { return "FOLDER... --output DIR"; }
  const char* Description() const override { return "Trains a network on folders of sharp faces."; }
  void Define(CLI::App* app) override { AddTrainOptions(app, &options_); }

  int Run(const CLI::App& app) override {
    PrepareCommand();
    InstallInterruptHandlers();
    const ComputeDevice device = ChooseDevice(options_.device);
    options_.trainer.pairs = DefaultPairs(options_.trainer.network);
    KeepConfiguration(app, options_.trainer.output);
    FaceSetOptions load;
    load.folders = options_.folders;
    load.cache = options_.cache;
    load.threads = ThreadCount(0);
    constexpr std::size_t kFewestFaces = 20;
    load.min_faces = kFewestFaces;
    load.stop = [] { return InterruptSignal() != 0; };
    FaceSet training = FaceSet::Load(load, *LoadDetector({}, options_.models));
    if (InterruptSignal() != 0) return kExitSignalBase + InterruptSignal();
    constexpr std::size_t kValidationShare = 20;
    const FaceSet validation = training.TakeEveryNth(kValidationShare);
    spdlog::info("{} faces to train on, {} to validate on", training.faces().size(),
                 validation.faces().size());
    Train(
        training, validation, options_.trainer, device,
        [&](const TrainingProgress& progress) { Report(progress, options_.trainer.samples); },
        [] { return InterruptSignal() != 0; });
    const int signal = InterruptSignal();
    return signal != 0 ? kExitSignalBase + signal : kExitDone;
  }

 private:
  TrainOptions options_;
};

}  // namespace

std::unique_ptr<Command> MakeTrainCommand() { return std::make_unique<TrainCommand>(); }

}  // namespace facedeblur
