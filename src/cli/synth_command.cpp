#include <spdlog/spdlog.h>

#include <filesystem>
#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/option_binder.h"
#include "cli/pair_option_binding.h"
#include "cli/run_setup.h"
#include "facedeblur/dataset/pair_writer.h"
#include "facedeblur/util/interrupt.h"
#include "facedeblur/util/model_path.h"
#include "facedeblur/util/task_pool.h"
#include "facedeblur/util/text.h"

namespace facedeblur {
namespace {

struct SynthOptions {
  std::filesystem::path input;
  std::filesystem::path models;
  std::filesystem::path cache;
  PairWriterOptions writer;
  int threads = 0;

  void Validate() const { writer.pairs.Validate(); }
};

void Bind(CLI::App* app, SynthOptions* options) {
  PairWriterOptions& w = options->writer;
  OptionBinder binder(app);
  binder.AddPath("sharp", &options->input, "SHARP", "Folder with sharp photos")->required();
  binder
      .AddPath("out", &w.output, "OUT", "Folder for sharp/, blurred/, kernels/ and manifest.jsonl")
      ->required();
  binder.Add("--count", &w.count, "INT", "Pairs made of each photo")->check(CLI::Range(1, 100000));
  binder.AddFlag("--whole", &w.whole_photos, "Blur whole photos instead of aligned face chips");
  binder.Add("--chip-size", &w.pairs.chip_size, "INT", "Side of the chips, pixels")
      ->check(CLI::Range(32, 512));
  binder.Add("--seed", &w.seed, "UINT", "Seed of everything random");
  BindPairOptions(&binder, &w.pairs);
  binder.AddPath("--preview", &w.preview, "FILE", "PNG with some kernels and pairs to look at");
  binder.AddPath("--cache", &options->cache, "FILE", "File that keeps the landmarks of the faces");
  binder.AddPath("--models", &options->models, "DIR", "Folder with models");
  binder.AddThreads(&options->threads);
  binder.AddConfig("Read options from an INI or TOML file");
}

PairWriterResult WritePairs(const SynthOptions& options, const PairWriterOptions& writer) {
  if (writer.whole_photos) return WritePhotoPairs(options.input, writer);
  FaceSetOptions load;
  load.folders = {options.input};
  load.cache = options.cache;
  load.threads = writer.threads;
  load.stop = writer.stop;
  const auto detector = LoadDetector(DetectorOptions::SharpAndUpright(), options.models);
  const FaceSet faces = FaceSet::Load(load, *detector);
  TellUnreadable(faces);
  return WriteFacePairs(faces, writer);
}

int RunSynth(const SynthOptions& options, const CLI::App& /*app*/) {
  PrepareCommand();
  InstallInterruptHandlers();
  PairWriterOptions writer = options.writer;
  writer.threads = ThreadCount(options.threads);
  writer.stop = [] { return InterruptSignal() != 0; };
  const PairWriterResult result = WritePairs(options, writer);
  for (const std::string& problem : result.problems) spdlog::error("{}", Printable(problem));
  spdlog::info("{} written to {}", Counted(static_cast<int>(result.pairs), "pair"),
               Printable(writer.output.string()));
  if (InterruptSignal() != 0) return kExitSignalBase + InterruptSignal();
  return result.problems.empty() ? kExitDone : kExitSomeFailed;
}

}  // namespace

std::unique_ptr<BoundCommand> BindSynth(CLI::App* app) {
  return BindCommand<SynthOptions>(app, Bind, RunSynth);
}

}  // namespace facedeblur
