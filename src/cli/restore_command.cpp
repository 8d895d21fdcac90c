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
#include <utility>

#include "cli/command.h"
#include "cli/dry_run.h"
#include "cli/exit_code.h"
#include "cli/logging.h"
#include "cli/model_loader.h"
#include "cli/progress.h"
#include "cli/restore_options.h"
#include "cli/run_report.h"
#include "cli/run_setup.h"
#include "facedeblur/backend/open_backend.h"
#include "facedeblur/pipeline/batch_runner.h"
#include "facedeblur/pipeline/json_report.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/interrupt.h"
#include "facedeblur/util/model_path.h"
#include "facedeblur/util/text.h"
#include "facedeblur/util/version.h"

namespace facedeblur {
namespace {

constexpr char kFooter[] =
    "\nExit codes: 0 all done, 1 some inputs failed (the others are written), 2 usage,\n"
    "3 weights or model unusable, 4 device unavailable, 130 or 143 interrupted.";

std::string VersionText() {
  std::string note;
  const Backend& backend = OpenBackend({}, &note);
  return fmt::format("facedeblur {}\nLibTorch {} ({}), OpenCV {}, dlib {}", Version(),
                     backend.LibTorchVersion(), backend.InstructionSet(), cv::getVersionString(),
                     DlibVersion());
}

/// Whatever can change an output's bytes, beside the inputs.
RunInfo DescribeRun(const RestoreOptions& options, const ModelLoader& models) {
  const LoadedNetwork& network = models.network();
  RunInfo info;
  info.version = Version();
  info.weights = network.weights.filename().string();
  info.weights_sha256 = network.weights_sha256;
  info.network = network.restorer->Describe();
  if (const FaceDetector* detector = models.detector(); detector != nullptr) {
    const DetectorIdentity identity = detector->identity();
    info.detector = identity.name;
    info.detector_sha256 = identity.sha256;
  }
  info.device = network.compute.device.ToString();
  info.instruction_set = network.compute.backend->InstructionSet();
  info.options = options.output_settings.ToString();
  info.libtorch = network.compute.backend->LibTorchVersion();
  info.opencv = cv::getVersionString();
  return info;
}

/// How to see all failures of a run that is over.
std::string WhereFailuresAre(const RestoreOptions& options) {
  if (!options.report.empty()) return "the report lists them all";
  if (!options.log_file.empty()) return options.log_file.string() + " lists them all";
  return "--report FILE or --log-file FILE lists them all";
}

/// A single image's failure has just been told.
void TellWorstFailures(const BatchReport& report, const FailureList& failures,
                       const RestoreOptions& options) {
  if (report.failed == 0 || report.Images() == 1) return;
  spdlog::info("failed:");
  for (const std::string& line : failures.Lines(WhereFailuresAre(options))) {
    spdlog::info("  {}", Printable(line));
  }
}

void Summarize(const BatchReport& report, std::size_t planned, double seconds) {
  const std::string rate =
      seconds > 0.1 ? fmt::format(", {:.2f} images/s", report.Images() / seconds) : "";
  spdlog::info("{}: {} restored ({}), {} copied, {} skipped, {} failed; {:.1f} s{}{}",
               Counted(report.Images(), "image"), report.restored, Counted(report.faces, "face"),
               report.copied, report.skipped, report.failed, seconds, rate,
               report.interrupted ? "; interrupted" : "");
  if (report.gave_up) {
    spdlog::error("gave up, with {} not tried: one image after the other cannot be read or written",
                  Counted(static_cast<int>(planned) - report.Images(), "image"));
  }
}

/// What the plan already knows to fail.
ImageRecord ToRecord(const PlanProblem& problem) {
  ImageRecord record;
  record.input = problem.input;
  record.message = problem.message;
  return record;
}

/// A signal handler can say no more than a fixed text. On a terminal it comes below the bar.
void ListenForSignals() {
  static const std::string message =
      std::string(StatusLineAvailable() ? "\n" : "") +
      "facedeblur: interrupted: finishing the photos in work (again to stop at once)\n";
  InstallInterruptHandlers(message.c_str());
}

bool StopRequested() { return InterruptSignal() != 0; }

/// Finds out before hours of work, not after them, whether the output folder can be made and
/// written to.
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
void ReportPlan(const InputPlan& plan, BatchProgress* progress, RunReport* run_report) {
  for (const std::string& note : plan.notes) spdlog::warn("{}", Printable(note));
  for (const PlanProblem& problem : plan.problems) {
    progress->OnProblem(problem);
    run_report->AddImage(ToRecord(problem));
  }
  if (plan.ignored > 0) {
    spdlog::info("{} not named like an image: left out",
                 Counted(static_cast<int>(plan.ignored), "file"));
  }
}

/// Runs what the plan holds. The report's first line needs the weights, so it is written with the
/// first record.
BatchReport RunImages(const InputPlan& plan, const RestoreOptions& options, BatchProgress* progress,
                      RunReport* run_report) {
  ModelLoader loader(options);
  bool begun = false;
  const auto begin_report = [&] {
    if (begun) return;
    begun = true;
    if (run_report->wanted()) run_report->AddRun(DescribeRun(options, loader));
    ReportPlan(plan, progress, run_report);
  };
  const auto on_record = [&](const ImageRecord& record) {
    begin_report();
    progress->OnRecord(record);
    run_report->AddImage(record);
  };
  const BatchOptions batch_options = options.ToBatch();
  auto batch = std::async(std::launch::async, [&] {
    return RunBatch(plan.images, loader.ForBatch(), batch_options, on_record, StopRequested);
  });
  loader.LoadNetworkHere();
  const BatchReport report = batch.get();
  begin_report();
  return report;
}

int RunPlan(const InputPlan& plan, const RestoreOptions& options) {
  // What is wrong with these is told before an earlier report or gallery is replaced.
  if (!plan.images.empty()) FindWeights(options.weights, options.models);
  PrepareOutputFolder(plan);
  RunReport run_report(options);
  BatchReport report;
  BatchProgress progress(plan.images.size(), options.GetVerbosity());
  if (plan.images.empty()) {
    ReportPlan(plan, &progress, &run_report);
  } else {
    report = RunImages(plan, options, &progress, &run_report);
  }
  report.failed += static_cast<int>(plan.problems.size());
  const double seconds = progress.Elapsed();
  run_report.AddSummary(report, seconds);
  run_report.RequireIntact();
  Summarize(report, plan.images.size() + plan.problems.size(), seconds);
  TellWorstFailures(report, progress.failures(), options);
  // An image that was still to come through standard input fails by the signal.
  const bool interrupted = report.interrupted || (InterruptSignal() != 0 && report.failed > 0);
  if (interrupted) return kExitSignalBase + InterruptSignal();
  return report.failed > 0 ? kExitSomeFailed : kExitDone;
}

/// Ends the process without LibTorch's and OpenCV's static destructors: they take time, and nothing
/// of ours is left to be written.
[[noreturn]] void Leave(int code) {
  spdlog::shutdown();
  std::fflush(nullptr);
  std::_Exit(code);
}

int RunRestore(const RestoreOptions& options, const CLI::App& /*app*/) {
  InitLogging(options.GetVerbosity(), options.dry_run ? "" : options.log_file);
  const PlanOptions plan_options = options.ToPlan();
  if (!options.dry_run) ListenForSignals();
  // Work is spread over images and faces. For the whole process, so before any other thread.
  cv::setNumThreads(1);
  InputPlan plan;
  if (plan_options.inputs.empty() && plan_options.listed.empty()) {
    plan.notes.push_back(options.files_from.string() + ": the list is empty");
  } else {
    plan = PlanInputs(plan_options);
  }
  if (options.dry_run) return DryRun(plan, options.ToBatch(), options.GetVerbosity());
  Leave(RunPlan(plan, options));
}

void Bind(CLI::App* app, RestoreOptions* options) {
  app->set_version_flag("--version", VersionText);
  app->footer(kFooter);
  BindRestoreOptions(app, options);
}

}  // namespace

std::unique_ptr<BoundCommand> BindRestore(CLI::App* app) {
  return BindCommand<RestoreOptions>(app, Bind, RunRestore);
}

}  // namespace facedeblur
