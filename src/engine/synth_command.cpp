#include <spdlog/spdlog.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "engine/commands.h"
#include "engine/setup.h"
#include "facedeblur/dataset/pair_writer.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/interrupt.h"
#include "facedeblur/util/text.h"

namespace facedeblur {
namespace {

struct SynthOptions {
  std::filesystem::path input;
  std::filesystem::path models;
  std::filesystem::path cache;
  PairWriterOptions writer;
  bool off_center = false;
  int threads = 0;
};

CLI::Option* AddShare(CLI::App* app, const char* name, double* value, const char* description) {
  return AddOption(app, name, value, description)->check(NumberBetween(0.0, 1.0));
}

void AddKernelOptions(CLI::App* app, SynthOptions* options) {
  KernelOptions& k = options->writer.pairs.kernel;
  AddOption(app, "--min-shake", &k.min_shake, "Smallest camera shake, pixels; odd")
      ->check(CLI::Range(3, 199));
  AddOption(app, "--max-kernel", &k.max_size, "Largest kernel, pixels; odd")
      ->check(CLI::Range(3, 199));
  AddShare(app, "--none", &k.none, "Share of pictures without blur");
  AddShare(app, "--gaussian", &k.gaussian, "Share of anisotropic Gaussians");
  AddOption(app, "--min-sigma", &k.min_sigma, "Smallest standard deviation of theirs, pixels")
      ->check(NumberBetween(0.1, 30.0));
  AddOption(app, "--max-sigma", &k.max_sigma, "Largest")->check(NumberBetween(0.1, 30.0));
  AddShare(app, "--defocus", &k.defocus, "Share of defocus discs");
  AddOption(app, "--min-radius", &k.min_radius, "Smallest radius of theirs, pixels")
      ->check(NumberBetween(0.1, 99.0));
  AddOption(app, "--max-radius", &k.max_radius, "Largest")->check(NumberBetween(0.1, 99.0));
  AddShare(app, "--composed", &k.composed,
           "Share of camera shakes with a Gaussian on top; the rest is camera shake alone");
  app->add_flag("--off-center", options->off_center,
                "Leave kernels where they are drawn instead of centring them");
}

void AddDegradationOptions(CLI::App* app, DegradationOptions* d) {
  AddShare(app, "--linear-light", &d->linear_light, "Share blurred in linear light");
  AddShare(app, "--highlights", &d->highlights, "Of those, share whose lights exceed white");
  AddShare(app, "--variation", &d->variation, "Share whose blur varies over the picture");
  AddOption(app, "--max-turn", &d->max_turn, "How far it turns from end to end, degrees")
      ->check(NumberBetween(0.0, 90.0));
  AddOption(app, "--max-stretch", &d->max_stretch, "How far it grows or shrinks, part of its size")
      ->check(NumberBetween(0.0, 0.9));
  AddShare(app, "--max-noise", &d->max_noise, "Largest read noise, standard deviation, 0 to 1");
  AddShare(app, "--max-shot-noise", &d->max_shot_noise, "Largest shot noise at white, likewise");
  AddShare(app, "--resample", &d->resample, "Share that is shrunk and enlarged again");
  AddOption(app, "--min-resample", &d->min_resample, "Smallest size it is shrunk to")
      ->check(NumberBetween(0.1, 1.0));
  AddShare(app, "--jpeg", &d->jpeg, "Share that goes through JPEG");
  AddOption(app, "--min-jpeg-quality", &d->min_jpeg_quality, "Lowest quality")
      ->check(CLI::Range(1, 100));
  AddOption(app, "--max-jpeg-quality", &d->max_jpeg_quality, "Highest quality")
      ->check(CLI::Range(1, 100));
}

void AddSynthOptions(CLI::App* app, SynthOptions* options) {
  PairWriterOptions& w = options->writer;
  app->add_option("sharp", options->input, "Folder with sharp photos")
      ->required()
      ->type_name("SHARP");
  app->add_option("out", w.output, "Folder for sharp/, blurred/, kernels/ and manifest.jsonl")
      ->required()
      ->type_name("OUT");
  AddOption(app, "--count", &w.count, "Pairs made of each photo")->check(CLI::Range(1, 100000));
  app->add_flag("--whole", w.whole_photos, "Blur whole photos instead of aligned face chips");
  AddOption(app, "--chip-size", &w.pairs.chip_size, "Side of the chips, pixels")
      ->check(CLI::Range(32, 512));
  AddOption(app, "--min-eyes", &w.pairs.min_eye_distance, "Smallest eye distance in a chip, pixels")
      ->check(NumberBetween(4.0, 400.0));
  AddOption(app, "--max-eyes", &w.pairs.max_eye_distance, "Largest")
      ->check(NumberBetween(4.0, 400.0));
  AddOption(app, "--max-rotation", &w.pairs.max_rotation,
            "Faces turned either way by up to, degrees")
      ->check(NumberBetween(0.0, 180.0));
  AddOption(app, "--max-shift", &w.pairs.max_shift, "Faces shifted by up to, part of the chip")
      ->check(NumberBetween(0.0, 0.5));
  AddOption(app, "--seed", &w.seed, "Seed of everything random");
  AddKernelOptions(app, options);
  AddDegradationOptions(app, &w.pairs.degradation);
  app->add_option("--preview", w.preview, "PNG with some kernels and pairs to look at")
      ->type_name("FILE");
  app->add_option("--cache", options->cache, "File that keeps the landmarks of the faces")
      ->type_name("FILE");
  app->add_option("--models", options->models, "Folder with models")->type_name("DIR");
  AddOption(app, "--threads", &options->threads, "0: one for each processor");
  app->set_config("--config", "", "Read options from an INI or TOML file");
}

void CheckRanges(const PairOptions& pairs) {
  const KernelOptions& k = pairs.kernel;
  const DegradationOptions& d = pairs.degradation;
  const auto require = [](bool holds, const char* message) {
    if (!holds) throw Error(ErrorKind::kUsage, message);
  };
  require(k.min_shake % 2 == 1 && k.max_size % 2 == 1, "kernel sizes must be odd");
  require(k.min_shake <= k.max_size, "--min-shake is larger than --max-kernel");
  require(k.min_sigma <= k.max_sigma, "--min-sigma is larger than --max-sigma");
  require(k.min_radius <= k.max_radius, "--min-radius is larger than --max-radius");
  require(k.none + k.gaussian + k.defocus + k.composed <= 1 + 1e-9,
          "the shares of kernels add up to more than 1");
  require(d.min_jpeg_quality <= d.max_jpeg_quality,
          "--min-jpeg-quality is larger than --max-jpeg-quality");
  require(pairs.min_eye_distance <= pairs.max_eye_distance, "--min-eyes is larger than --max-eyes");
}

class SynthCommand : public Command {
 public:
  const char* Usage() const override { return "SHARP OUT"; }
  const char* Description() const override {
    return "Makes blurred pictures of sharp ones, with their kernels: pairs to train on or to "
           "score "
           "with.";
  }
  void Define(CLI::App* app) override { AddSynthOptions(app, &options_); }

  int Run(const CLI::App& /*app*/) override {
    PrepareCommand();
    InstallInterruptHandlers();
    options_.writer.pairs.kernel.centered = !options_.off_center;
    options_.writer.threads = ThreadCount(options_.threads);
    options_.writer.stop = [] { return InterruptSignal() != 0; };
    CheckRanges(options_.writer.pairs);
    PairWriterResult result;
    if (options_.writer.whole_photos) {
      result = WritePhotoPairs(options_.input, options_.writer);
    } else {
      FaceSetOptions load;
      load.folders = {options_.input};
      load.cache = options_.cache;
      load.threads = options_.writer.threads;
      load.stop = options_.writer.stop;
      result = WriteFacePairs(FaceSet::Load(load, *LoadDetector(options_.models)), options_.writer);
    }
    for (const std::string& problem : result.problems) spdlog::error("{}", Printable(problem));
    spdlog::info("{} written to {}", Counted(static_cast<int>(result.pairs), "pair"),
                 Printable(options_.writer.output.string()));
    if (InterruptSignal() != 0) return kExitSignalBase + InterruptSignal();
    return result.problems.empty() ? kExitDone : kExitSomeFailed;
  }

 private:
  SynthOptions options_;
};

}  // namespace

std::unique_ptr<Command> MakeSynthCommand() { return std::make_unique<SynthCommand>(); }

}  // namespace facedeblur
