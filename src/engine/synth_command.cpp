#include <spdlog/spdlog.h>

#include <filesystem>
#include <memory>
#include <string>
#include <type_traits>
#include <variant>

#include "cli/exit_code.h"
#include "engine/commands.h"
#include "engine/setup.h"
#include "facedeblur/dataset/pair_writer.h"
#include "facedeblur/util/interrupt.h"
#include "facedeblur/util/text.h"

namespace facedeblur {
namespace {

struct SynthOptions {
  std::filesystem::path input;
  std::filesystem::path models;
  std::filesystem::path cache;
  PairWriterOptions writer;
  int threads = 0;
};

void AddRangeOption(CLI::App* app, const RangeOption& option, PairOptions* pairs) {
  const auto add = [&](auto* value) {
    if constexpr (std::is_same_v<decltype(value), bool*>) {
      app->add_flag(option.name, *value, option.help);
    } else if constexpr (std::is_same_v<decltype(value), int*>) {
      AddOption(app, option.name, value, option.help)
          ->check(CLI::Range(static_cast<int>(option.low), static_cast<int>(option.high)));
    } else {
      AddOption(app, option.name, value, option.help)
          ->check(NumberBetween(option.low, option.high));
    }
  };
  std::visit([&](auto field) { add(field(pairs)); }, option.field);
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
  for (const RangeOption& option : PlacementOptionTable()) AddRangeOption(app, option, &w.pairs);
  AddOption(app, "--seed", &w.seed, "Seed of everything random");
  for (const RangeOption& option : DegradationOptionTable()) AddRangeOption(app, option, &w.pairs);
  app->add_option("--preview", w.preview, "PNG with some kernels and pairs to look at")
      ->type_name("FILE");
  app->add_option("--cache", options->cache, "File that keeps the landmarks of the faces")
      ->type_name("FILE");
  app->add_option("--models", options->models, "Folder with models")->type_name("DIR");
  AddOption(app, "--threads", &options->threads, "0: one for each processor");
  app->set_config("--config", "", "Read options from an INI or TOML file");
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
    options_.writer.threads = ThreadCount(options_.threads);
    options_.writer.stop = [] { return InterruptSignal() != 0; };
    options_.writer.pairs.Validate();
    PairWriterResult result;
    if (options_.writer.whole_photos) {
      result = WritePhotoPairs(options_.input, options_.writer);
    } else {
      FaceSetOptions load;
      load.folders = {options_.input};
      load.cache = options_.cache;
      load.threads = options_.writer.threads;
      load.stop = options_.writer.stop;
      result =
          WriteFacePairs(FaceSet::Load(load, *LoadDetector({}, options_.models)), options_.writer);
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
