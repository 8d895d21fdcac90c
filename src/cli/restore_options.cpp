#include "cli/restore_options.h"

#include <algorithm>
#include <limits>

#include "cli/file_list.h"
#include "cli/first_steps.h"
#include "cli/search_option_binding.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/model_path.h"
#include "facedeblur/util/task_pool.h"
#include "facedeblur/util/text.h"
#include "facedeblur/util/usable_memory.h"

namespace facedeblur {
namespace {

namespace fs = std::filesystem;

const Choices<NoFacePolicy> kNoFaceChoices = {
    {"copy", NoFacePolicy::kCopy}, {"skip", NoFacePolicy::kSkip}, {"fail", NoFacePolicy::kFail}};

const Choices<Extent> kExtentChoices = {
    {"face", Extent::kFace}, {"head", Extent::kHead}, {"photo", Extent::kPhoto}};

/// All formats that there are, and "keep" for none of them.
Choices<std::optional<ImageFormat>> FormatChoices() {
  Choices<std::optional<ImageFormat>> choices = {{"keep", std::nullopt}};
  for (const auto& [word, format] : FormatWords()) choices.emplace_back(word, format);
  return choices;
}

void BindModelOptions(OptionBinder* binder, RestoreOptions* options) {
  binder->Group("Model");
  binder->AddPath(
      "-w,--weights", &options->weights, "FILE",
      fmt::format("Weights: a facedeblur model, or Keras 2 HDF5 of the reference network "
                  "[{}]; a bare name is looked for here and in the model folder",
                  kDefaultWeights));
  binder->AddPath("--models", &options->models, "DIR",
                  "Folder with models [FACEDEBLUR_MODELS, or models/ beside the program]");
  binder->AddText("-d,--device", &options->device, "DEVICE",
                  "Where the network runs: auto, cpu, cuda or cuda:N");
  binder->AddPrecision(&options->precision);
}

void BindFaceOptions(OptionBinder* binder, RestoreOptions* options) {
  ProcessOptions& process = options->process;
  binder->Group("Faces");
  binder->ListIn(&options->output_settings);
  binder->AddFlag("--aligned", &process.aligned,
                  "Inputs are aligned face crops already: no detection, the whole image goes "
                  "through the network");
  BindSearchOptions(binder, &options->detector);
  binder
      ->Add("--max-faces", &process.max_faces, "N",
            "Only the N largest faces of each photo; 0: all")
      ->check(CLI::Range(0, 100000));
  binder->AddChoice("--no-face", &options->no_face, kNoFaceChoices, "POLICY",
                    "Photos without a face: " + JoinedWords(kNoFaceChoices) +
                        "; a copy in the same format is the same, byte for byte");
  binder->AddChoice("--extent", &process.extent, kExtentChoices, "WHAT",
                    "How far around a face the photo is restored: " + JoinedWords(kExtentChoices) +
                        " (head: with hair, ears and neck; photo: "
                        "all that is blurred as the faces are)");
  binder->Add("--strength", &process.strength, "X", "How much of the change is applied, 0 to 1")
      ->check(NumberBetween(0.0, 1.0));
  binder->ListIn(nullptr);
}

void BindOutputOptions(OptionBinder* binder, RestoreOptions* options) {
  binder->Group("Output");
  binder->ListIn(&options->output_settings);
  const auto formats = FormatChoices();
  binder->AddChoice("--format", &options->format, formats, "FORMAT",
                    "Output format: " + JoinedWords(formats));
  binder
      ->Add("--quality", &options->quality, "Q",
            "Quality of lossy formats, 1 to 100. 0: a JPEG keeps its own tables, what comes from a "
            "lossless source stays lossless where the format can, and the rest is 95")
      ->check(CLI::Range(0, 100));
  binder->AddFlag("--no-history", &options->no_history,
                  "Leave out of the outputs' metadata that this program edited them, and how");
  binder->ListIn(nullptr);
  auto* overwrite =
      binder->AddFlag("--overwrite", &options->overwrite, "Replace outputs that exist");
  binder
      ->AddFlag("--skip-existing", &options->skip_existing,
                "Leave outputs that exist alone (the default is to refuse: those inputs fail)")
      ->excludes(overwrite);
  binder->AddPath("--save-faces", &options->save_faces, "DIR",
                  "Also write every face's chip before and after, as PNG, to this folder");
  binder->AddPath("--comparison", &options->comparison, "DIR",
                  "Also write before | after images to this folder");
  binder->AddPath("--gallery", &options->gallery, "DIR",
                  "Also write a page to look at to this folder, DIR/index.html, as the run goes; a "
                  "gallery that is there is refused, begun anew with --overwrite, or added to with "
                  "--skip-existing");
}

void BindRunOptions(OptionBinder* binder, RestoreOptions* options) {
  binder->Group("Run");
  auto* files_from =
      binder->AddPath("--files-from", &options->files_from, "FILE",
                      "Further inputs from this list, one a line (-: standard input); those with "
                      "folders in their names keep them below OUTPUT");
  binder
      ->AddFlag("-0,--null", &options->null_separated,
                "Names in the list end in NUL, not in a line")
      ->needs(files_from);
  binder->AddText("--shard", &options->shard, "K/N",
                  "Do only part K of N of the inputs, told by a hash of their relative paths");
  binder->AddPath("--report", &options->report, "FILE",
                  "Report for programs, JSON Lines: a line for every image as it finishes (-: "
                  "standard output); a run with --skip-existing adds to it");
  binder->AddFlag("--no-recursive", &options->no_recursive, "Do not enter sub-folders");
  binder->AddFlag(
      "-n,--dry-run", &options->dry_run,
      "Only say which input would go to which output and which would fail, as far as "
      "that shows without looking for faces; nothing is written, no report or log either");
  binder->Add("-j,--jobs", &options->jobs, "N", "Photos in work at a time; 0: threads + 1")
      ->check(CLI::Range(0, 4096));
  binder->AddThreads(&options->threads);
  binder
      ->Add("--max-memory", &options->max_memory, "SIZE",
            "Memory that the program aims to stay within, such as 700MB or 2G: photos wait until "
            "they fit beside the others, and one alone always runs; 0: half of what there is")
      ->transform(CLI::AsSizeValue(false));
  binder
      ->Add("--max-pixels", &options->limits.max_pixels, "N",
            "Refuse images with more pixels than this")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40));
  auto* verbose =
      binder->AddFlag("-v,--verbose", &options->verbose, "Say more, with times per stage");
  binder->AddFlag("-q,--quiet", &options->quiet, "Say nothing but warnings and errors")
      ->excludes(verbose);
  binder->AddPath("--log-file", &options->log_file, "FILE", "Also write all messages to this file");
}

/// What the images may take: the program has libraries and models in memory, and every thread its
/// share of the network's intermediate results.
std::int64_t ImageBudget(std::uint64_t max_memory, std::size_t thread_count,
                         bool reads_landmark_model) {
  constexpr std::int64_t kProgram = 370'000'000;
  constexpr std::int64_t kLandmarks = 80'000'000;  // dlib's
  constexpr std::int64_t kThread = 60'000'000;     // a head of the largest size
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  const std::int64_t all =
      max_memory > 0 ? static_cast<std::int64_t>(std::min(max_memory, kMost)) : UsableMemory() / 2;
  const std::int64_t threads = kThread * static_cast<std::int64_t>(thread_count);
  const std::int64_t program = kProgram + (reads_landmark_model ? kLandmarks : 0);
  return std::max<std::int64_t>(all - program - threads, 1);
}

/// For the metadata of what is restored: what it was restored with.
std::string DescribeEditing(const RestoreOptions& options) {
  const fs::path weights = options.weights.empty() ? kDefaultWeights : options.weights.filename();
  return fmt::format("weights {}, strength {}, extent {}", ToValidUtf8(weights.string()),
                     options.process.strength, WordFor(options.process.extent, kExtentChoices));
}

/// Standard input and output carry one thing each.
void RequireStreamsOnce(const RestoreOptions& options) {
  const auto& paths = options.paths;
  const auto inputs = std::count(paths.begin(), paths.end() - 1, kStandardStream);
  if (inputs + (options.files_from == kStandardStream ? 1 : 0) > 1) {
    throw Error(ErrorKind::kUsage, "standard input can be read once");
  }
  if (paths.back() == kStandardStream && options.report == kStandardStream) {
    throw Error(ErrorKind::kUsage, "standard output takes the image or the report, not both");
  }
}

/// Reports and logs must not take the place of images, or of what the run reads.
void RequireOwnFile(const RestoreOptions& options, const fs::path& file) {
  if (file.empty() || file == kStandardStream) return;
  if (FormatFromExtension(file)) {
    throw Error(ErrorKind::kUsage, file.string() + ": a report or log is not named like an image");
  }
  std::vector<fs::path> others = options.paths;
  others.push_back(options.weights);
  others.push_back(options.files_from);
  others.push_back(options.detector.landmark_model);
  for (const fs::path& other : others) {
    std::error_code error;
    if (!fs::equivalent(file, other, error) || error) continue;
    throw Error(ErrorKind::kUsage, file.string() + ": a report or log would replace what is there");
  }
}

/// Among photos, other images that a run writes would be taken for such the next time, and could
/// replace one.
void RequireOwnFolder(const RestoreOptions& options, const fs::path& folder) {
  if (folder.empty()) return;
  for (const fs::path& other : options.paths) {
    if (fs::weakly_canonical(folder / "") != fs::weakly_canonical(other / "")) continue;
    throw Error(ErrorKind::kUsage, folder.string() +
                                       ": a gallery, faces and comparisons need a folder of their "
                                       "own");
  }
}

}  // namespace

void BindRestoreOptions(CLI::App* app, RestoreOptions* options) {
  OptionBinder binder(app);
  binder.AddPath("paths", &options->paths, "PATH",
                 "Images and folders, then where to write: a folder, or a file for one image; - "
                 "is standard input or output");
  BindModelOptions(&binder, options);
  BindFaceOptions(&binder, options);
  BindOutputOptions(&binder, options);
  BindRunOptions(&binder, options);
  binder.AddConfig(
      "Read options from this TOML or INI file, as strength = 0.8; the command line has the last "
      "word");
}

void RestoreOptions::Validate() const {
  RequireOwnFile(*this, report);
  RequireOwnFile(*this, log_file);
  for (const fs::path& folder : {gallery, save_faces, comparison}) RequireOwnFolder(*this, folder);
  if (!report.empty() && report == log_file) {
    throw Error(ErrorKind::kUsage, report.string() + ": is the report and the log");
  }
  if (paths.size() == 1 && files_from.empty()) {
    throw Error(ErrorKind::kUsage, AskForOutput(paths.front()));
  }
  if (paths.empty()) {
    throw Error(ErrorKind::kUsage, "an INPUT and an OUTPUT are needed (see --help)");
  }
  RequireStreamsOnce(*this);
}

Verbosity RestoreOptions::GetVerbosity() const {
  return quiet ? Verbosity::kQuiet : verbose ? Verbosity::kVerbose : Verbosity::kNormal;
}

PlanOptions RestoreOptions::ToPlan() const {
  PlanOptions plan;
  plan.shard = shard;
  if (!files_from.empty()) plan.listed = ReadFileList(files_from, null_separated);
  plan.inputs.assign(paths.begin(), paths.end() - 1);
  plan.output = paths.back();
  plan.recursive = !no_recursive;
  plan.excluded = {save_faces, comparison, gallery};
  plan.format = format;
  return plan;
}

BatchOptions RestoreOptions::ToBatch() const {
  BatchOptions batch;
  batch.process = process;
  batch.limits = limits;
  batch.encode = {format, quality};
  if (!no_history) batch.history = DescribeEditing(*this);
  batch.no_face = no_face;
  batch.existing = overwrite       ? ExistingPolicy::kOverwrite
                   : skip_existing ? ExistingPolicy::kSkip
                                   : ExistingPolicy::kFail;
  batch.save_faces = save_faces;
  batch.comparison = comparison;
  batch.gallery = gallery;
  batch.measure_faces = !report.empty() || !gallery.empty();
  batch.threads = ThreadCount(threads);
  batch.jobs = jobs > 0 ? static_cast<std::size_t>(jobs) : batch.threads + 1;
  batch.memory = ImageBudget(max_memory, batch.threads, !detector.landmark_model.empty());
  return batch;
}

}  // namespace facedeblur
