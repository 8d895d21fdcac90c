#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/help_formatter.h"
#include "cli/logging.h"
#include "cli/progress.h"
#include "cli/restore_options.h"
#include "cli/setup.h"
#include "facedeblur/nn/device.h"
#include "facedeblur/pipeline/batch_runner.h"
#include "facedeblur/restore/model_path.h"
#include "facedeblur/restore/model_registry.h"
#include "facedeblur/util/interrupt.h"
#include "facedeblur/util/text.h"
#include "facedeblur/util/version.h"

namespace facedeblur {
namespace {

constexpr char kFooter[] =
    "\nOther commands: facedeblur synth, train, evaluate (each with a --help of its own).\n"
    "\nExit codes: 0 all done, 1 some inputs failed (the others are written), 2 usage,\n"
    "3 weights or model unusable, 4 device unavailable, 130 or 143 interrupted.";

/// Owns what a batch borrows.
struct LoadedModels {
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
  const auto weights =
      options.weights.empty() ? FindModel(kDefaultWeights, options.models) : options.weights;
  models.restorer = LoadRestorer(weights, device);
  spdlog::debug("weights: {}, {}", weights.string(), models.restorer->Describe());
  if (detector.valid()) models.detector = detector.get();
  return models;
}

void Summarize(const BatchReport& report, double seconds) {
  const std::string rate =
      seconds > 0.1 ? fmt::format(", {:.2f} images/s", report.Images() / seconds) : "";
  spdlog::info("{}: {} restored ({}), {} copied, {} skipped, {} failed; {:.1f} s{}{}",
               Counted(report.Images(), "image"), report.restored, Counted(report.faces, "face"),
               report.copied, report.skipped, report.failed, seconds, rate,
               report.interrupted ? "; interrupted" : "");
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
  std::filesystem::path folder = plan.images.front().output.parent_path();
  if (folder.empty()) folder = ".";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error && ::access(folder.c_str(), W_OK) != 0) error.assign(errno, std::generic_category());
  if (!error) return;
  throw Error(ErrorKind::kOutput,
              plan.images.front().output.string() + ": cannot write there: " + error.message());
}

int RunPlan(const InputPlan& plan, const RestoreOptions& options, const ComputeDevice& device) {
  for (const std::string& note : plan.notes) spdlog::warn("{}", Printable(note));
  for (const PlanProblem& problem : plan.problems) {
    spdlog::error("{}: {}", Printable(problem.input.string()), Printable(problem.message));
  }
  if (plan.ignored > 0)
    spdlog::debug("{} files without an image's extension left out", plan.ignored);
  PrepareOutputFolder(plan);
  BatchReport report;
  BatchProgress progress(plan.images.size());
  if (!plan.images.empty()) {
    const LoadedModels models = LoadModels(options, device);
    report = RunBatch(
        plan.images, {models.detector.get(), models.restorer.get()}, options.batch,
        [&progress](const ImageRecord& record) { progress.OnRecord(record); }, StopRequested);
  }
  report.failed += static_cast<int>(plan.problems.size());
  Summarize(report, progress.Elapsed());
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

}  // namespace

int RunRestore(int argc, char** argv) {
  CLI::App app("Makes blurred faces in photos sharp again.", "facedeblur");
  app.set_version_flag("--version", std::string("facedeblur ") + Version());
  app.formatter(std::make_shared<HelpFormatter>("INPUT... OUTPUT"));
  app.footer(kFooter);
  RestoreOptions options;
  AddRestoreOptions(&app, &options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitDone : kExitUsage;
  }
  InitLogging(options.verbosity(), options.log_file);
  const PlanOptions plan_options = FinishRestoreOptions(&options);
  InstallInterruptHandlers();
  ConfigureInference();
  const InputPlan plan = PlanInputs(plan_options);
  Leave(RunPlan(plan, options, ChooseDevice(options.device)));
}

}  // namespace facedeblur
