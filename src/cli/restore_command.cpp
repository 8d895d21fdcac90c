#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <opencv2/core/utility.hpp>
#include <string>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/logging.h"
#include "cli/progress.h"
#include "cli/report_file.h"
#include "cli/restore_options.h"
#include "cli/setup.h"
#include "facedeblur/nn/device.h"
#include "facedeblur/pipeline/batch_runner.h"
#include "facedeblur/pipeline/json_report.h"
#include "facedeblur/restore/model_path.h"
#include "facedeblur/restore/model_registry.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/interrupt.h"
#include "facedeblur/util/sha256.h"
#include "facedeblur/util/text.h"
#include "facedeblur/util/version.h"

namespace facedeblur {
namespace {

constexpr char kFooter[] =
    "\nOther commands: compare, info, synth, train, evaluate, shell (each has a --help of its "
    "own).\n"
    "\nExit codes: 0 all done, 1 some inputs failed (the others are written), 2 usage,\n"
    "3 weights or model unusable, 4 device unavailable, 130 or 143 interrupted.";

std::string VersionText() {
  return fmt::format("facedeblur {}\nLibTorch {} ({}), OpenCV {}, dlib {}", Version(),
                     LibTorchVersion(), CpuInstructionSet(), cv::getVersionString(),
                     FaceDetector::LibraryVersion());
}

/// Owns what a batch borrows.
struct LoadedModels {
  std::filesystem::path weights;
  std::unique_ptr<FaceDetector> detector;
  std::unique_ptr<FaceRestorer> restorer;
};

/// The landmark model (100 MB) and the weights are read at the same time.
LoadedModels LoadModels(const RestoreOptions& options, const ComputeDevice& device) {
  LoadedModels models;
  std::future<std::unique_ptr<FaceDetector>> detector;
  if (!options.batch.process.aligned) {
    DetectorOptions detector_options = options.detector;
    detector_options.landmark_model = FindModel(kLandmarkModel, options.models);
    detector = std::async(std::launch::async,
                          [detector_options] { return FaceDetector::Create(detector_options); });
  }
  models.weights =
      options.weights.empty() ? FindModel(kDefaultWeights, options.models) : options.weights;
  models.restorer = LoadRestorer(models.weights, device);
  spdlog::debug("weights: {}, {}", models.weights.string(), models.restorer->Describe());
  if (detector.valid()) models.detector = detector.get();
  return models;
}

/// Told apart from what the run was: whatever can change an output's bytes.
RunInfo DescribeRun(const RestoreOptions& options, const LoadedModels& models,
                    const ComputeDevice& device) {
  RunInfo info;
  info.version = Version();
  info.weights = models.weights.filename().string();
  info.weights_sha256 = Sha256(ReadFile(models.weights));
  info.network = models.restorer->Describe();
  info.device = device.ToString();
  info.instruction_set = CpuInstructionSet();
  const ProcessOptions& process = options.batch.process;
  info.options = fmt::format(
      "strength {}, min-face {}, detector-threshold {}, max-faces {}, aligned {}, format {}, "
      "quality {}",
      process.strength, options.detector.min_face, options.detector.threshold, process.max_faces,
      process.aligned, options.format, options.batch.encode.quality);
  info.libtorch = LibTorchVersion();
  info.opencv = cv::getVersionString();
  return info;
}

void Summarize(const BatchReport& report, double seconds) {
  const std::string rate =
      seconds > 0.1 ? fmt::format(", {:.2f} images/s", report.Images() / seconds) : "";
  spdlog::info("{}: {} restored ({}), {} copied, {} skipped, {} failed; {:.1f} s{}{}",
               Counted(report.Images(), "image"), report.restored, Counted(report.faces, "face"),
               report.copied, report.skipped, report.failed, seconds, rate,
               report.interrupted ? "; interrupted" : "");
  if (report.gave_up) {
    spdlog::error("gave up: one image after the other cannot be read or written");
  }
}

/// What the plan already knows to fail.
ImageRecord ToRecord(const PlanProblem& problem) {
  ImageRecord record;
  record.input = problem.input;
  record.message = problem.message;
  return record;
}

/// Asked by one thread. Says once that the signal was heard.
bool StopRequested() {
  static bool told = false;
  if (InterruptSignal() == 0) return false;
  if (!told) spdlog::warn("interrupted: finishing the photos in work (again to stop at once)");
  told = true;
  return true;
}

/// Tells an output folder that cannot be made or written before hours of work, not after.
void PrepareOutputFolder(const InputPlan& plan) {
  if (plan.images.empty()) return;
  const std::filesystem::path output = plan.images[0].output;
  if (output == kStandardStream) return;
  const std::filesystem::path folder = output.has_parent_path() ? output.parent_path() : ".";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error && ::access(folder.c_str(), W_OK) != 0) error.assign(errno, std::generic_category());
  if (!error) return;
  throw Error(ErrorKind::kOutput, output.string() + ": cannot write there: " + error.message());
}

/// Tells what the plan found, on the terminal and in the report.
void ReportPlan(const InputPlan& plan, ReportFile* report_file) {
  for (const std::string& note : plan.notes) spdlog::warn("{}", Printable(note));
  for (const PlanProblem& problem : plan.problems) {
    spdlog::error("{}: {}", Printable(problem.input.string()), Printable(problem.message));
    report_file->Write(RecordJson(ToRecord(problem)));
  }
  if (plan.ignored > 0)
    spdlog::debug("{} files without an image's extension left out", plan.ignored);
}

int RunPlan(const InputPlan& plan, const RestoreOptions& options, const ComputeDevice& device) {
  ReportFile report_file(options.report);
  PrepareOutputFolder(plan);
  BatchReport report;
  BatchProgress progress(plan.images.size());
  LoadedModels models;
  if (!plan.images.empty()) {
    models = LoadModels(options, device);
    if (report_file.wanted()) report_file.Write(RunJson(DescribeRun(options, models, device)));
  }
  ReportPlan(plan, &report_file);
  if (!plan.images.empty()) {
    const auto on_record = [&](const ImageRecord& record) {
      progress.OnRecord(record);
      if (report_file.wanted()) report_file.Write(RecordJson(record));
    };
    report = RunBatch(plan.images, {models.detector.get(), models.restorer.get()}, options.batch,
                      on_record, StopRequested);
  }
  report.failed += static_cast<int>(plan.problems.size());
  const double seconds = progress.Elapsed();
  report_file.Write(SummaryJson(report, seconds));
  if (!report_file.intact()) {
    throw Error(ErrorKind::kOutput, options.report.string() + ": the report could not be written");
  }
  Summarize(report, seconds);
  if (report.interrupted) return kExitSignalBase + InterruptSignal();
  return report.failed > 0 ? kExitSomeFailed : kExitDone;
}

/// Ends the process without LibTorch's and OpenCV's static destructors: they take time, and nothing
/// of ours is left to be written.
[[noreturn]] void Leave(int code) {
  spdlog::shutdown();
  std::fflush(nullptr);
  std::_Exit(code);
}

class RestoreCommand : public Command {
 public:
  const char* Usage() const override { return "INPUT... OUTPUT"; }
  const char* Description() const override { return "Makes blurred faces in photos sharp again."; }

  void Define(CLI::App* app) override {
    app->set_version_flag("--version", VersionText);
    app->footer(kFooter);
    AddRestoreOptions(app, &options_);
  }

  int Run(const CLI::App& /*app*/) override {
    InitLogging(options_.verbosity(), options_.log_file);
    const PlanOptions plan_options = FinishRestoreOptions(&options_);
    InstallInterruptHandlers();
    ConfigureInference();
    InputPlan plan;
    if (plan_options.inputs.empty() && plan_options.listed.empty()) {
      plan.notes.push_back(options_.files_from.string() + ": the list is empty");
    } else {
      plan = PlanInputs(plan_options);
    }
    Leave(RunPlan(plan, options_, ChooseDevice(options_.device)));
  }

 private:
  RestoreOptions options_;
};

}  // namespace

std::unique_ptr<Command> MakeRestoreCommand() { return std::make_unique<RestoreCommand>(); }

}  // namespace facedeblur
