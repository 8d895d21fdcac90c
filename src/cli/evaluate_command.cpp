#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/align_by.h"
#include "cli/command.h"
#include "cli/evaluate_finder.h"
#include "cli/exit_code.h"
#include "cli/option_binder.h"
#include "cli/report_format.h"
#include "cli/run_setup.h"
#include "facedeblur/backend/load_network.h"
#include "facedeblur/eval/evaluator.h"
#include "facedeblur/eval/folder_pairs.h"
#include "facedeblur/eval/pair_table.h"
#include "facedeblur/eval/protocol.h"
#include "facedeblur/eval/report.h"
#include "facedeblur/image/write_png.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/task_pool.h"

namespace facedeblur {
namespace {

namespace fs = std::filesystem;

enum class Preset { kMspl, kShen };

const Choices<Preset> kPresets = {{"mspl", Preset::kMspl}, {"shen", Preset::kShen}};

struct EvaluateOptions {
  std::vector<fs::path> folders;
  fs::path blurred;
  bool aligned = false;
  NetworkRequest network;
  fs::path cache;
  AlignBy align_by = AlignBy::kLandmarks;
  fs::path identity;
  Preset preset = Preset::kMspl;
  EvaluationProtocol protocol;  ///< the preset's name and noise apart
  std::optional<double> noise;
  bool off_center = false;
  bool no_baselines = false;
  int threads = 0;
  ReportFormat format = ReportFormat::kText;
  fs::path output;
  fs::path sheet;
  fs::path pairs;
  int sheet_faces = 8;
  FinderOptions finder;

  void Validate() const;

  /// The preset with what overrides it.
  EvaluationProtocol ToProtocol() const;
};

constexpr char kRestoration[] = "Restoration of faces";

void BindProtocol(OptionBinder* binder, CLI::App* app, EvaluateOptions* options) {
  EvaluationProtocol& p = options->protocol;
  binder->AddChoice("--protocol", &options->preset, kPresets, "NAME",
                    "mspl: kernels of 13 to 27 px, 8 bits, no noise; shen: with noise of 0.01");
  binder->Add("--chip-size", &p.chip_size, "INT", "Side of the chips, pixels; a multiple of 32")
      ->check(CLI::Range(64, 512));
  binder->Add("--min-kernel", &p.min_kernel, "INT", "Smallest kernel, pixels; odd, 1 is no blur")
      ->check(CLI::Range(1, 99));
  binder->Add("--max-kernel", &p.max_kernel, "INT", "Largest kernel, pixels; odd")
      ->check(CLI::Range(1, 99));
  binder->Add("--kernels-per-size", &p.kernels_per_size, "INT", "Kernels of each size")
      ->check(CLI::Range(1, 1000));
  binder
      ->Add("--kernels-per-face", &p.kernels_per_face, "INT",
            "Of all these kernels, how many each face is blurred with; 0: all")
      ->check(CLI::Range(0, 100000));
  app->add_option("--noise", options->noise, "Standard deviation of the noise, 0 to 1 [protocol's]")
      ->check(NumberBetween(0.0, 1.0))
      ->type_name("FLOAT")
      ->group(kRestoration);
  binder->AddFlag("--off-center", &options->off_center,
                  "Leave kernels where they are drawn instead of centring them");
}

void BindRestoration(OptionBinder* binder, CLI::App* app, EvaluateOptions* options) {
  auto* blurred = binder->AddPath("--blurred", &options->blurred, "FOLDER",
                                  "Blurred images of the same names, instead of blurring by a "
                                  "protocol");
  binder->AddFlag("--aligned", &options->aligned, "The images of both folders are chips already")
      ->needs(blurred);
  binder->AddPath("--cache", &options->cache, "FILE", "File that keeps the landmarks of the faces");
  BindAlignBy(binder, &options->align_by);
  binder->AddPath(
      "--identity", &options->identity, "FILE",
      "dlib's face recognition network (dlib_face_recognition_resnet_model_v1.dat): also "
      "score how much faces still look like the same person");
  BindProtocol(binder, app, options);
  binder->AddFlag("--no-baselines", &options->no_baselines,
                  "Leave out unsharp mask, Richardson-Lucy and Wiener");
  binder->AddPath("--sheet", &options->sheet, "FILE",
                  "PNG with example faces in rows Clean, Blurry and Deblurred; of several folders, "
                  "the folder's name is put in front");
  binder->Add("--sheet-faces", &options->sheet_faces, "INT", "Faces on it")
      ->check(CLI::Range(1, 40));
  binder->AddPath("--pairs", &options->pairs, "FILE",
                  "Table of all pairs, comma-separated: scores, confidence and what it is made of");
}

void Bind(CLI::App* app, EvaluateOptions* options) {
  OptionBinder binder(app);
  binder
      .AddPath("folders", &options->folders, "FOLDER",
               "Folders with sharp faces never trained on, each a set of its own")
      ->required();
  binder.AddPath("-w,--weights", &options->network.weights, "FILE",
                 "Weights [the default ones]; a bare name is looked for here and in the model "
                 "folder");
  binder.AddPath("--models", &options->network.models, "DIR", "Folder with models");
  binder.AddText("--device", &options->network.device, "TEXT", "auto, cpu, cuda or cuda:N");
  binder.AddPrecision(&options->network.precision);
  binder.Add("--seed", &options->protocol.seed, "UINT", "Seed of kernels and noise");
  binder.AddChoice("--format", &options->format, kReportFormats, "NAME",
                   JoinedWords(kReportFormats));
  binder.AddPath("-o,--output", &options->output, "FILE", "File for the report [standard output]");
  binder.AddThreads(&options->threads);
  binder.Group(kRestoration);
  BindRestoration(&binder, app, options);
  BindFinder(app, kRestoration, &options->finder);
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
  load.align_by = options.align_by;
  load.threads = ThreadCount(options.threads);
  set.faces = FaceSet::Load(load, *detector);
  TellUnreadable(set.faces);
  return set;
}

/// Made where the faces stay: the pairs borrow them.
void MakePairs(const fs::path& folder, const EvaluateOptions& options, LoadedSet* set) {
  if (options.aligned) return;
  const EvaluationProtocol protocol = options.ToProtocol();
  if (options.blurred.empty()) {
    set->pairs = ProtocolPairs(set->faces, protocol);
    set->protocol = DescribeProtocol(protocol);
  } else {
    set->pairs = FolderPairs(set->faces, folder, options.blurred, protocol.chip_size);
    set->protocol = "images of " + options.blurred.string();
  }
}

fs::path LastName(const fs::path& folder) {
  return (folder.has_filename() ? folder : folder.parent_path()).filename();  // "faces/"
}

/// Of one of several folders, with the folder's name in front: the last part of its path, or all of
/// it where another folder has the same.
void WritePicture(fs::path file, const fs::path& folder, const EvaluateOptions& options,
                  const cv::Mat& picture) {
  if (options.folders.size() > 1) {
    const auto same = [&](const fs::path& other) { return LastName(other) == LastName(folder); };
    const auto count = std::count_if(options.folders.begin(), options.folders.end(), same);
    std::string name = (count > 1 ? folder : LastName(folder)).string();
    std::replace(name.begin(), name.end(), '/', '_');
    file.replace_filename(name + "_" + file.filename().string());
  }
  WritePng(file, picture);
}

EvaluatedSet EvaluateFolder(const fs::path& folder, const EvaluateOptions& options,
                            const FaceRestorer& restorer, const FaceDetector* detector,
                            const FaceIdentity* identity) {
  LoadedSet loaded = LoadSet(folder, options, detector);
  MakePairs(folder, options, &loaded);
  EvaluationOptions run;
  run.threads = ThreadCount(options.threads);
  run.baselines = !options.no_baselines;
  run.identity = identity;
  run.examples = options.sheet.empty() ? 0 : static_cast<std::size_t>(options.sheet_faces);
  Evaluation evaluation = Evaluate(loaded.pairs, restorer, run);
  if (!evaluation.examples.empty()) {
    WritePicture(options.sheet, folder, options, ExampleSheet(evaluation.examples));
  }
  const std::size_t faces = options.aligned ? loaded.pairs.count : loaded.faces.faces().size();
  return {folder.string(), loaded.protocol, faces, std::move(evaluation.scores)};
}

std::string EvaluateWeights(const EvaluateOptions& options) {
  const LoadedNetwork network = LoadNetwork(options.network);
  TellDevice(network.compute);
  const auto detector =
      options.aligned ? nullptr
                      : LoadDetector(DetectorOptions::SharpAndUpright(), options.network.models);
  const auto identity = options.identity.empty() ? nullptr : FaceIdentity::Load(options.identity);
  std::vector<EvaluatedSet> sets;
  for (const fs::path& folder : options.folders) {
    sets.push_back(
        EvaluateFolder(folder, options, *network.restorer, detector.get(), identity.get()));
  }
  if (!options.pairs.empty()) {
    const std::string table = PairTable(sets);
    WriteFileAtomically(options.pairs, Bytes(table.begin(), table.end()), Clobber::kReplace);
  }
  return WriteReport(options.format, sets, network.weights.filename().string());
}

std::string EvaluateSearch(const EvaluateOptions& options) {
  FinderOptions finder = options.finder;
  finder.protocol.seed = options.protocol.seed;
  const FinderReport report =
      ReportFinder(options.folders, finder, options.network, ThreadCount(options.threads));
  for (const FinderReport::Set& set : report.sets) {
    if (finder.plot.empty()) break;
    WritePicture(finder.plot, set.name, options, DrawFinderCurves(report.protocol, set.evaluation));
  }
  return WriteReport(options.format, report);
}

int RunEvaluate(const EvaluateOptions& options, const CLI::App& /*app*/) {
  PrepareCommand();
  const std::string report =
      options.finder.enabled ? EvaluateSearch(options) : EvaluateWeights(options);
  if (options.output.empty()) {
    std::fputs(report.c_str(), stdout);
  } else {
    WriteFileAtomically(options.output, Bytes(report.begin(), report.end()), Clobber::kReplace);
  }
  return kExitDone;
}

EvaluationProtocol EvaluateOptions::ToProtocol() const {
  EvaluationProtocol complete = protocol;
  const EvaluationProtocol named = preset == Preset::kShen ? ShenProtocol() : MsplProtocol();
  complete.name = named.name;
  complete.noise = noise.value_or(named.noise);
  complete.centered = !off_center;
  return complete;
}

void EvaluateOptions::Validate() const {
  const auto require = [](bool holds, const char* message) {
    if (!holds) throw Error(ErrorKind::kUsage, message);
  };
  require(identity.empty() || !aligned,
          "--identity needs faces that were found; leave --aligned out");
  const bool chooses_network = !network.weights.empty() ||
                               network.device.kind != DeviceRequest::Kind::kAuto ||
                               network.precision != Precision::kFloat32;
  require(!finder.enabled || finder.restore || !chooses_network,
          "with --finder, --weights, --device and --precision need --restore");
  require(blurred.empty() || folders.size() == 1, "--blurred goes with one folder of sharp images");
  require(protocol.chip_size % kChipSizeStep == 0, "--chip-size must be a multiple of 32");
  require(protocol.min_kernel % 2 == 1 && protocol.max_kernel % 2 == 1 &&
              protocol.min_kernel <= protocol.max_kernel,
          "kernel sizes must be odd, the smallest first");
}

}  // namespace

std::unique_ptr<BoundCommand> BindEvaluate(CLI::App* app) {
  return BindCommand<EvaluateOptions>(app, Bind, RunEvaluate);
}

}  // namespace facedeblur
