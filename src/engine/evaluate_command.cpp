#include <spdlog/spdlog.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "engine/commands.h"
#include "engine/setup.h"
#include "facedeblur/eval/evaluator.h"
#include "facedeblur/eval/report.h"
#include "facedeblur/image/picture.h"
#include "facedeblur/infer/model_registry.h"
#include "facedeblur/nn/device.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/model_path.h"

namespace facedeblur {
namespace {

namespace fs = std::filesystem;

struct EvaluateOptions {
  std::vector<fs::path> folders;
  fs::path blurred;
  bool aligned = false;
  fs::path weights;
  fs::path models;
  fs::path cache;
  std::string device = "auto";
  std::string precision = "fp32";
  std::string preset = "mspl";
  EvaluationProtocol protocol;  // what overrides the preset; -1 where it does not
  double noise = -1;
  bool off_center = false;
  bool no_baselines = false;
  int threads = 0;
  std::string format = "text";
  fs::path output;
  fs::path sheet;
  int sheet_faces = 8;
};

void AddEvaluateOptions(CLI::App* app, EvaluateOptions* options) {
  EvaluationProtocol& p = options->protocol;
  app->add_option("folders", options->folders,
                  "Folders with sharp faces never trained on, each a set of its own")
      ->required()
      ->type_name("FOLDER");
  auto* blurred = app->add_option("--blurred", options->blurred,
                                  "Blurred pictures of the same names, instead of blurring by a "
                                  "protocol");
  blurred->type_name("FOLDER");
  app->add_flag("--aligned", options->aligned, "The pictures of both folders are chips already")
      ->needs(blurred);
  app->add_option("-w,--weights", options->weights, "Weights [the default ones]")
      ->type_name("FILE");
  app->add_option("--models", options->models, "Folder with models")->type_name("DIR");
  app->add_option("--cache", options->cache, "File that keeps the landmarks of the faces")
      ->type_name("FILE");
  AddOption(app, "--device", &options->device, "auto, cpu, cuda or cuda:N");
  AddOption(app, "--precision", &options->precision, "fp32, bf16 or auto");
  AddOption(app, "--protocol", &options->preset,
            "mspl: kernels of 13 to 27 px, 8 bits, no noise; shen: with noise of 0.01")
      ->check(CLI::IsMember({"mspl", "shen"}))
      ->type_name("NAME");
  AddOption(app, "--chip-size", &p.chip_size, "Side of the chips, pixels; a multiple of 32")
      ->check(CLI::Range(64, 512));
  AddOption(app, "--min-kernel", &p.min_kernel, "Smallest kernel, pixels; odd, 1 is no blur")
      ->check(CLI::Range(1, 99));
  AddOption(app, "--max-kernel", &p.max_kernel, "Largest kernel, pixels; odd")
      ->check(CLI::Range(1, 99));
  AddOption(app, "--kernels-per-size", &p.kernels_per_size, "Kernels of each size")
      ->check(CLI::Range(1, 1000));
  AddOption(app, "--kernels-per-face", &p.kernels_per_face,
            "Of all these kernels, how many each face is blurred with; 0: all")
      ->check(CLI::Range(0, 100000));
  app->add_option("--noise", options->noise, "Standard deviation of the noise, 0 to 1 [protocol's]")
      ->check(NumberBetween(0.0, 1.0))
      ->type_name("FLOAT");
  AddOption(app, "--seed", &p.seed, "Seed of kernels and noise");
  app->add_flag("--off-center", options->off_center,
                "Leave kernels where they are drawn instead of centring them");
  app->add_flag("--no-baselines", options->no_baselines,
                "Leave out unsharp mask, Richardson-Lucy and Wiener");
  AddOption(app, "--format", &options->format, "text, markdown or json")
      ->check(CLI::IsMember({"text", "markdown", "json"}))
      ->type_name("NAME");
  app->add_option("-o,--output", options->output, "File for the report [standard output]")
      ->type_name("FILE");
  app->add_option("--sheet", options->sheet,
                  "PNG with example faces in rows Clean, Blurry and Deblurred; of several folders, "
                  "the folder's name is put in front")
      ->type_name("FILE");
  AddOption(app, "--sheet-faces", &options->sheet_faces, "Faces on it")->check(CLI::Range(1, 40));
  AddOption(app, "--threads", &options->threads, "0: one for each processor");
}

EvaluationProtocol ProtocolOf(const EvaluateOptions& options) {
  EvaluationProtocol protocol = options.protocol;
  protocol.name = options.preset;
  protocol.noise = (options.preset == "shen" ? ShenProtocol() : MsplProtocol()).noise;
  if (options.noise >= 0) protocol.noise = options.noise;
  protocol.centered = !options.off_center;
  if (protocol.chip_size % 32 != 0) {
    throw Error(ErrorKind::kUsage, "--chip-size must be a multiple of 32");
  }
  if (protocol.min_kernel % 2 == 0 || protocol.max_kernel % 2 == 0 ||
      protocol.min_kernel > protocol.max_kernel) {
    throw Error(ErrorKind::kUsage, "kernel sizes must be odd, the smallest first");
  }
  return protocol;
}

std::string DescribeProtocol(const EvaluationProtocol& p) {
  return fmt::format("protocol {}: {}x{} chips, kernels of {} to {} px, {}, noise {}", p.name,
                     p.chip_size, p.chip_size, p.min_kernel, p.max_kernel,
                     p.centered ? "centred" : "as drawn", p.noise);
}

/// One folder's faces and pairs; the pairs borrow the faces.
struct LoadedSet {
  FaceSet faces;
  PairSource pairs;
  std::string protocol;
};

LoadedSet LoadSet(const fs::path& folder, const EvaluateOptions& options,
                  const FaceDetector* detector) {
  LoadedSet set;
  if (options.aligned) {
    set.pairs = AlignedPairs(folder, options.blurred);
    set.protocol = "chips of " + options.blurred.string();
    return set;
  }
  FaceSetOptions load;
  load.folders = {folder};
  load.cache = options.cache;
  load.threads = ThreadCount(options.threads);
  set.faces = FaceSet::Load(load, *detector);
  return set;
}

/// Made where the faces stay: the pairs borrow them.
void MakePairs(const fs::path& folder, const EvaluateOptions& options, LoadedSet* set) {
  if (options.aligned) return;
  const EvaluationProtocol protocol = ProtocolOf(options);
  if (options.blurred.empty()) {
    set->pairs = ProtocolPairs(set->faces, protocol);
    set->protocol = DescribeProtocol(protocol);
  } else {
    set->pairs = FolderPairs(set->faces, folder, options.blurred, protocol.chip_size);
    set->protocol = "pictures of " + options.blurred.string();
  }
}

void WriteSheet(const fs::path& folder, const EvaluateOptions& options,
                const std::vector<ExampleChips>& examples) {
  if (options.sheet.empty() || examples.empty()) return;
  fs::path file = options.sheet;
  if (options.folders.size() > 1) {
    file.replace_filename(folder.filename().string() + "_" + file.filename().string());
  }
  WritePng(file, ExampleSheet(examples));
}

EvaluatedSet EvaluateFolder(const fs::path& folder, const EvaluateOptions& options,
                            const FaceRestorer& restorer, const FaceDetector* detector) {
  LoadedSet loaded = LoadSet(folder, options, detector);
  MakePairs(folder, options, &loaded);
  EvaluationOptions run;
  run.threads = ThreadCount(options.threads);
  run.baselines = !options.no_baselines;
  run.examples = options.sheet.empty() ? 0 : static_cast<std::size_t>(options.sheet_faces);
  Evaluation evaluation = Evaluate(loaded.pairs, restorer, run);
  WriteSheet(folder, options, evaluation.examples);
  const std::size_t faces = options.aligned ? loaded.pairs.count : loaded.faces.faces().size();
  return {folder.string(), loaded.protocol, faces, std::move(evaluation.scores)};
}

void Write(const EvaluateOptions& options, const std::vector<EvaluatedSet>& sets,
           const std::string& weights) {
  const std::string report = options.format == "json"       ? JsonReport(sets, weights)
                             : options.format == "markdown" ? MarkdownReport(sets, weights)
                                                            : TextReport(sets, weights);
  if (options.output.empty()) {
    std::fputs(report.c_str(), stdout);
  } else {
    WriteFileAtomically(options.output, Bytes(report.begin(), report.end()), Clobber::kReplace);
  }
}

class EvaluateCommand : public Command {
 public:
  const char* Usage() const override { return "FOLDER..."; }
  const char* Description() const override {
    return "Scores weights on sharp faces that are blurred by a protocol, or on pairs.";
  }
  void Define(CLI::App* app) override { AddEvaluateOptions(app, &options_); }

  int Run(const CLI::App& /*app*/) override {
    PrepareCommand();
    if (!options_.blurred.empty() && options_.folders.size() > 1) {
      throw Error(ErrorKind::kUsage, "--blurred goes with one folder of sharp pictures");
    }
    ProtocolOf(options_);  // tells nonsense before anything is loaded
    const fs::path weights =
        options_.weights.empty() ? FindModel(kDefaultWeights, options_.models) : options_.weights;
    ComputeDevice device = ChooseDevice(options_.device);
    ResolvePrecision(options_.precision, &device);
    const auto restorer = LoadRestorer(weights, device);
    const auto detector = options_.aligned ? nullptr : LoadDetector({}, options_.models);
    std::vector<EvaluatedSet> sets;
    for (const fs::path& folder : options_.folders) {
      sets.push_back(EvaluateFolder(folder, options_, *restorer, detector.get()));
    }
    Write(options_, sets, weights.filename().string());
    return kExitDone;
  }

 private:
  EvaluateOptions options_;
};

}  // namespace

std::unique_ptr<Command> MakeEvaluateCommand() { return std::make_unique<EvaluateCommand>(); }

}  // namespace facedeblur
