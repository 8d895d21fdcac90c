#include "cli/restore_options.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cmath>
#include <thread>

#include "cli/setup.h"
#include "facedeblur/restore/compute_device.h"
#include "facedeblur/util/model_path.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/memory.h"

namespace facedeblur {
namespace {

void AddModelOptions(CLI::App* app, RestoreOptions* options) {
  app->add_option("-w,--weights", options->weights,
                  "Weights: a facedeblur model, or Keras 2 HDF5 of the reference network "
                  "[face_wiener.h5 from the model folder]")
      ->type_name("FILE")
      ->group("Model");
  app->add_option("--models", options->models,
                  "Folder with models [FACEDEBLUR_MODELS, or models/ beside the program]")
      ->type_name("DIR")
      ->group("Model");
  app->add_option("-d,--device", options->device,
                  "Where the network runs: auto, cpu, cuda or cuda:N")
      ->capture_default_str()
      ->type_name("DEVICE")
      ->group("Model");
  app->add_option("--precision", options->precision,
                  "Of the network's convolutions: fp32, bf16 (on CUDA and on processors with "
                  "AVX512-BF16), or auto: the faster one, which is bf16 on CUDA alone")
      ->capture_default_str()
      ->check(CLI::IsMember({"fp32", "bf16", "auto"}))
      ->type_name("PRECISION")
      ->group("Model");
}

void AddFaceOptions(CLI::App* app, RestoreOptions* options) {
  ProcessOptions& process = options->batch.process;
  app->add_flag("--aligned", process.aligned,
                "Inputs are aligned face crops already: no detection, the whole picture goes "
                "through the network")
      ->group("Faces");
  app->add_option("--min-face", options->detector.min_face,
                  "Smallest face to look for, pixels; 0: 40 in photos of up to 2 megapixels, "
                  "larger in larger ones, at the same cost")
      ->capture_default_str()
      ->check(CLI::Range(0, 100000))
      ->type_name("PX")
      ->group("Faces");
  app->add_option("--detector-threshold", options->detector.threshold,
                  "Detector score from which something counts as a face; lower finds more blurred "
                  "faces, and more that are none")
      ->capture_default_str()
      ->type_name("X")
      ->group("Faces");
  app->add_option("--max-faces", process.max_faces,
                  "Only the N largest faces of each photo; 0: all")
      ->capture_default_str()
      ->check(CLI::Range(0, 100000))
      ->type_name("N")
      ->group("Faces");
  app->add_option("--no-face", options->no_face,
                  "Photos without a face: copy (byte for byte), skip or fail")
      ->capture_default_str()
      ->check(CLI::IsMember({"copy", "skip", "fail"}))
      ->type_name("POLICY")
      ->group("Faces");
  app->add_option("--strength", process.strength, "How much of the change is applied, 0 to 1")
      ->capture_default_str()
      ->check(NumberBetween(0.0, 1.0))
      ->type_name("X")
      ->group("Faces");
}

void AddOutputOptions(CLI::App* app, RestoreOptions* options) {
  app->add_option("--format", options->format, "Output format: keep, png, jpg, webp or tiff")
      ->capture_default_str()
      ->check(
          CLI::IsMember({"keep", "png", "jpg", "jpeg", "webp", "tiff", "tif"}, CLI::ignore_case))
      ->type_name("FORMAT")
      ->group("Output");
  app->add_option(
         "--quality", options->batch.encode.quality,
         "JPEG and WebP quality, 1 to 100; 0: JPEG as the source, else 95 (WebP from lossless "
         "sources: lossless)")
      ->capture_default_str()
      ->check(CLI::Range(0, 100))
      ->type_name("Q")
      ->group("Output");
  auto* overwrite = app->add_flag("--overwrite", options->overwrite, "Replace outputs that exist");
  app->add_flag("--skip-existing", options->skip_existing,
                "Leave outputs that exist alone (the default is to refuse: those inputs fail)")
      ->excludes(overwrite)
      ->group("Output");
  overwrite->group("Output");
  app->add_option("--save-faces", options->batch.save_faces,
                  "Also write every face's chip before and after, as PNG, to this folder")
      ->type_name("DIR")
      ->group("Output");
  app->add_option("--comparison", options->batch.comparison,
                  "Also write before | after pictures to this folder")
      ->type_name("DIR")
      ->group("Output");
}

void AddRunOptions(CLI::App* app, RestoreOptions* options) {
  auto* files_from =
      app->add_option("--files-from", options->files_from,
                      "Further inputs from this list, one a line (-: standard input); those with "
                      "folders in their names keep them below OUTPUT");
  files_from->type_name("FILE")->group("Run");
  app->add_flag("-0,--null", options->null_separated, "Names in the list end in NUL, not in a line")
      ->needs(files_from)
      ->group("Run");
  app->add_option("--shard", options->shard,
                  "Do only part K of N of the inputs, told by a hash of their relative paths")
      ->capture_default_str()
      ->type_name("K/N")
      ->group("Run");
  app->add_option("--report", options->report,
                  "Report for programs, JSON Lines: a line for every image as it finishes (-: "
                  "standard output)")
      ->type_name("FILE")
      ->group("Run");
  app->add_flag("--no-recursive", options->no_recursive, "Do not enter sub-folders")->group("Run");
  app->add_option("-j,--jobs", options->jobs, "Photos in work at a time; 0: threads + 1")
      ->capture_default_str()
      ->check(CLI::Range(0, 4096))
      ->type_name("N")
      ->group("Run");
  app->add_option("--threads", options->threads,
                  "Threads to work with; 0: one for each processor. Outputs do not depend on it")
      ->capture_default_str()
      ->check(CLI::Range(0, 4096))
      ->type_name("N")
      ->group("Run");
  app->add_option("--max-memory", options->max_memory,
                  "Memory to aim at, as 700MB or 2G: photos wait until they fit beside the others "
                  "and the program itself, one is worked on whatever it needs; 0: half of what "
                  "there is")
      ->capture_default_str()
      ->transform(CLI::AsSizeValue(false))
      ->type_name("SIZE")
      ->group("Run");
  app->add_option("--max-pixels", options->batch.limits.max_pixels,
                  "Refuse images with more pixels than this")
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40))
      ->type_name("N")
      ->group("Run");
  auto* verbose = app->add_flag("-v,--verbose", options->verbose, "Say more, with times per stage");
  app->add_flag("-q,--quiet", options->quiet, "Say nothing but warnings and errors")
      ->excludes(verbose)
      ->group("Run");
  verbose->group("Run");
  app->add_option("--log-file", options->log_file, "Also write all messages to this file")
      ->type_name("FILE")
      ->group("Run");
}

/// What the pictures may take: the program has libraries and models in memory, and every thread its
/// share of the network's intermediate results.
std::int64_t PictureBudget(const RestoreOptions& options) {
  constexpr std::int64_t kProgram = 360'000'000;
  constexpr std::int64_t kThread = 60'000'000;
  const std::int64_t all =
      options.max_memory > 0 ? static_cast<std::int64_t>(options.max_memory) : UsableMemory() / 2;
  const std::int64_t threads = kThread * static_cast<std::int64_t>(options.batch.threads);
  return std::max<std::int64_t>(all - kProgram - threads, 1);
}

/// Names may hold anything but the separator, line ends among them with --null.
std::vector<std::filesystem::path> ReadFileList(const std::filesystem::path& file, bool null) {
  Bytes bytes;
  try {
    bytes = file == kStandardStream ? ReadStandardInput() : ReadFile(file);
  } catch (const Error& error) {
    throw Error(ErrorKind::kUsage, file.string() + ": " + error.what());
  }
  if (!null && std::find(bytes.begin(), bytes.end(), 0) != bytes.end()) {
    throw Error(ErrorKind::kUsage, file.string() + ": its names end in NUL; -0 is needed");
  }
  std::vector<std::filesystem::path> names;
  const auto separator = static_cast<std::uint8_t>(null ? '\0' : '\n');
  for (auto begin = bytes.begin(); begin != bytes.end();) {
    const auto end = std::find(begin, bytes.end(), separator);
    if (begin != end) names.emplace_back(std::string(begin, end));
    begin = end == bytes.end() ? end : end + 1;
  }
  return names;
}

/// Standard input and output carry one thing each.
void RequireStreamsOnce(const RestoreOptions& options) {
  const auto& paths = options.paths;
  const auto inputs = std::count(paths.begin(), paths.end() - 1, kStandardStream);
  if (inputs + (options.files_from == kStandardStream ? 1 : 0) > 1) {
    throw Error(ErrorKind::kUsage, "standard input can be read once");
  }
  if (paths.back() == kStandardStream && options.report == kStandardStream) {
    throw Error(ErrorKind::kUsage, "standard output takes the picture or the report, not both");
  }
}

/// Reports and logs must not take the place of pictures, or of what the run reads.
void RequireOwnFile(const RestoreOptions& options, const std::filesystem::path& file) {
  if (file.empty() || file == kStandardStream) return;
  if (FormatFromExtension(file)) {
    throw Error(ErrorKind::kUsage, file.string() + ": a report or log is not named as a picture");
  }
  std::vector<std::filesystem::path> others = options.paths;
  others.push_back(options.weights);
  others.push_back(options.files_from);
  for (const std::filesystem::path& other : others) {
    std::error_code error;
    if (!std::filesystem::equivalent(file, other, error) || error) continue;
    throw Error(ErrorKind::kUsage, file.string() + ": a report or log would replace what is there");
  }
}

/// `name` is one of those the parser lets through.
ImageFormat ParseFormat(const std::string& name) {
  return FormatFromExtension("picture." + name).value();
}

NoFacePolicy ParseNoFace(const std::string& name) {
  if (name == "skip") return NoFacePolicy::kSkip;
  return name == "fail" ? NoFacePolicy::kFail : NoFacePolicy::kCopy;
}

}  // namespace

void AddRestoreOptions(CLI::App* app, RestoreOptions* options) {
  app->add_option("paths", options->paths,
                  "Images and folders, then where to write: a folder, or a file for one image; - "
                  "is standard input or output")
      ->type_name("PATH");
  AddModelOptions(app, options);
  AddFaceOptions(app, options);
  AddOutputOptions(app, options);
  AddRunOptions(app, options);
}

void RequireOwnFiles(const RestoreOptions& options) {
  RequireOwnFile(options, options.report);
  RequireOwnFile(options, options.log_file);
  if (!options.report.empty() && options.report == options.log_file) {
    throw Error(ErrorKind::kUsage, options.report.string() + ": is the report and the log");
  }
}

PlanOptions FinishRestoreOptions(RestoreOptions* options) {
  // Range checks let not-a-number pass: it is neither below nor above anything.
  if (!std::isfinite(options->detector.threshold)) {
    throw Error(ErrorKind::kUsage, "--detector-threshold takes a finite number");
  }
  if (options->paths.size() + (options->files_from.empty() ? 0 : 1) < 2) {
    throw Error(ErrorKind::kUsage, "an INPUT and an OUTPUT are needed (see --help)");
  }
  RequireStreamsOnce(*options);
  ParseDevice(options->device);  // nonsense is told now, not when the network has been loaded
  PlanOptions plan;
  plan.shard = ParseShard(options->shard);
  if (!options->files_from.empty()) {
    plan.listed = ReadFileList(options->files_from, options->null_separated);
  }
  plan.inputs.assign(options->paths.begin(), options->paths.end() - 1);
  plan.output = options->paths.back();
  plan.recursive = !options->no_recursive;
  plan.excluded = {options->batch.save_faces, options->batch.comparison};
  if (options->format != "keep") plan.format = ParseFormat(options->format);

  BatchOptions& batch = options->batch;
  batch.encode.format = plan.format;
  batch.measure_faces = !options->report.empty();
  batch.no_face = ParseNoFace(options->no_face);
  batch.existing = options->overwrite       ? ExistingPolicy::kOverwrite
                   : options->skip_existing ? ExistingPolicy::kSkip
                                            : ExistingPolicy::kFail;
  const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
  batch.threads = options->threads > 0 ? static_cast<std::size_t>(options->threads) : processors;
  batch.jobs = options->jobs > 0 ? static_cast<std::size_t>(options->jobs) : batch.threads + 1;
  batch.memory = PictureBudget(*options);
  return plan;
}

}  // namespace facedeblur
