#include <spdlog/spdlog.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/help_formatter.h"
#include "cli/logging.h"
#include "facedeblur/nn/device.h"
#include "facedeblur/restore/model_path.h"
#include "facedeblur/train/trainer.h"
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

template <typename Value>
void Add(CLI::App* app, const char* name, Value* value, const char* description) {
  app->add_option(name, *value, description)->capture_default_str();
}

void AddTrainOptions(CLI::App* app, TrainOptions* options) {
  TrainerOptions& t = options->trainer;
  t.loader_threads = 1;
  t.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
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
  Add(app, "--device", &options->device, "auto, cpu, cuda or cuda:N");
  Add(app, "--seed", &t.seed, "Seed of everything random");
  Add(app, "--samples", &t.samples, "Pairs to train on in all");
  Add(app, "--batch", &t.batch, "Pairs per step");
  Add(app, "--learning-rate", &t.learning_rate, "Peak learning rate");
  Add(app, "--weight-decay", &t.weight_decay, "Decoupled weight decay");
  Add(app, "--warmup", &t.warmup, "Pairs over which the learning rate rises");
  Add(app, "--clip", &t.clip, "Largest norm of the gradient");
  Add(app, "--ema", &t.ema, "Decay of the averaged weights per step");
  Add(app, "--fourier-loss", &t.losses.fourier, "Weight of the Fourier loss");
  Add(app, "--kernel-loss", &t.losses.kernel, "Weight of the kernel loss");
  Add(app, "--structure", &t.losses.structure, "Extra weight of eyes, brows, nose and mouth");
  Add(app, "--validate-every", &t.validate_every, "Pairs between validations");
  Add(app, "--validation-pairs", &t.validation_pairs, "Pairs to validate on");
  Add(app, "--threads", &t.threads, "Threads of the network's operations");
  Add(app, "--loader-threads", &t.loader_threads, "Threads that draw pairs");
  Add(app, "--training-note", &t.training_note, "Text for the model file: what it was trained on");
  Add(app, "--license-note", &t.license_note, "Text for the model file: terms of the weights");
  app->set_config("--config", "", "Read options from an INI or TOML file");
}

void Report(const TrainingProgress& p, std::int64_t samples) {
  const double left = static_cast<double>(samples - p.samples) / p.samples_per_second / 60;
  spdlog::info("{} of {} pairs, loss {:.4f}, {:.1f} pairs/s, {:.0f} min left", p.samples, samples,
               p.loss, p.samples_per_second, left);
  if (p.validated)
    spdlog::info("  validation {:.2f} -> {:.2f} dB", p.blurred_psnr, p.restored_psnr);
}

}  // namespace

int RunTrain(int argc, char** argv) {
  CLI::App app("Trains a network on folders of sharp faces.", "facedeblur train");
  app.formatter(std::make_shared<HelpFormatter>("FOLDER... --output DIR"));
  TrainOptions options;
  AddTrainOptions(&app, &options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitDone : kExitUsage;
  }
  InitLogging(Verbosity::kNormal, {});
  InstallInterruptHandlers();
  ConfigureInference();
  std::string note;
  const ComputeDevice device = ResolveDevice(options.device, &note);
  DetectorOptions detector;
  detector.landmark_model = FindModel(kLandmarkModel, options.models);
  constexpr std::size_t kFewestFaces = 20;
  FaceSet training = FaceSet::Load(options.folders, options.cache, *FaceDetector::Create(detector),
                                   std::max(1U, std::thread::hardware_concurrency()), kFewestFaces);
  constexpr std::size_t kValidationShare = 20;
  const FaceSet validation = training.TakeEveryNth(kValidationShare);
  spdlog::info("{} faces to train on, {} to validate on", training.faces().size(),
               validation.faces().size());
  Train(
      training, validation, options.trainer, device,
      [&](const TrainingProgress& progress) { Report(progress, options.trainer.samples); },
      [] { return InterruptSignal() != 0; });
  const int signal = InterruptSignal();
  return signal != 0 ? kExitSignalBase + signal : kExitDone;
}

}  // namespace facedeblur
