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
#include "cli/engine_loader.h"
#include "cli/exit_code.h"
#include "cli/logging.h"
#include "cli/progress.h"
#include "cli/report_file.h"
#include "cli/restore_options.h"
#include "facedeblur/pipeline/batch_runner.h"
#include "facedeblur/pipeline/json_report.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/interrupt.h"
#include "facedeblur/util/model_path.h"
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
  const Engine& engine = LoadEngine();
  return fmt::format("facedeblur {}\nLibTorch {} ({}), OpenCV {}, dlib {}", Version(),
                     engine.LibTorchVersion(), engine.InstructionSet(), cv::getVersionString(),
                     FaceDetector::LibraryVersion());
}

/// The network, and where it came from and runs.
struct LoadedNetwork {
  const Engine* engine = nullptr;
  std::filesystem::path weights;
  std::unique_ptr<FaceRestorer> restorer;
  ComputeDevice device;
};

std::unique_ptr<FaceRestorer> MakeRestorer(const LoadedNetwork& network, Weights weights) {
  try {
    return network.engine->MakeRestorer(std::move(weights), network.device);
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kModel, network.weights.string() + ": " + DescribeException(error));
  }
}

LoadedNetwork LoadNetwork(const RestoreOptions& options) {
  LoadedNetwork network;
  network.weights =
      options.weights.empty() ? FindModel(kDefaultWeights, options.models) : options.weights;
  auto weights = std::async(std::launch::async, [&] { return ReadWeightsFile(network.weights); });
  network.engine = &LoadEngine();  // beside reading
  std::string note;
  network.device = network.engine->ResolveDevice(options.device, &note);
  if (!note.empty()) spdlog::info("running on the CPU: {}", note);
  network.engine->ResolvePrecision(options.precision, &network.device);
  network.restorer = MakeRestorer(network, weights.get());
  spdlog::debug("weights: {}, {}, on {}", network.weights.string(), network.restorer->Describe(),
                network.device.ToString());
  return network;
}

/// Loads what a batch borrows, beside the first pictures. What goes wrong is thrown by whoever asks
/// for a model.
class ModelLoader {
 public:
  explicit ModelLoader(const RestoreOptions& options)
      : options_(options), detector_(std::async(std::launch::async, [&options] {
          return options.batch.process.aligned ? nullptr
                                               : LoadDetector(options.detector, options.models);
        })) {}

  /// For the main thread: on others the allocator pays a system call for every page that LibTorch
  /// asks for while it sets itself up.
  void LoadNetworkHere() {
    try {
      loading_.set_value(LoadNetwork(options_));
    } catch (...) {
      loading_.set_exception(std::current_exception());
    }
  }

  const LoadedNetwork& network() const { return network_.get(); }

  BatchModels ForBatch() const {
    // Deferred: whoever asks first waits for the two above.
    return {std::async(std::launch::deferred,
                       [this]() -> const FaceDetector* { return detector_.get().get(); })
                .share(),
            std::async(std::launch::deferred, [this]() -> const FaceRestorer* {
              return network_.get().restorer.get();
            }).share()};
  }

 private:
  const RestoreOptions& options_;
  std::promise<LoadedNetwork> loading_;
  std::shared_future<LoadedNetwork> network_ = loading_.get_future().share();
  std::shared_future<std::unique_ptr<FaceDetector>> detector_;
};

/// Told apart from what the run was: whatever can change an output's bytes.
RunInfo DescribeRun(const RestoreOptions& options, const LoadedNetwork& network) {
  RunInfo info;
  info.version = Version();
  info.weights = network.weights.filename().string();
  info.weights_sha256 = Sha256(ReadFile(network.weights));
  info.network = network.restorer->Describe();
  info.device = network.device.ToString();
  info.instruction_set = network.engine->InstructionSet();
  const ProcessOptions& process = options.batch.process;
  info.options = fmt::format(
      "strength {}, min-face {}, detector-threshold {}, max-faces {}, aligned {}, format {}, "
      "quality {}",
      process.strength, options.detector.min_face, options.detector.threshold, process.max_faces,
      process.aligned, options.format, options.batch.encode.quality);
  info.libtorch = network.engine->LibTorchVersion();
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

/// Runs what the plan holds. The report's first line needs the weights, so it is written with the
/// first record.
BatchReport RunImages(const InputPlan& plan, const RestoreOptions& options, BatchProgress* progress,
                      ReportFile* report_file) {
  ModelLoader loader(options);
  bool begun = false;
  const auto begin_report = [&] {
    if (begun) return;
    begun = true;
    if (report_file->wanted()) {
      report_file->Write(RunJson(DescribeRun(options, loader.network())));
    }
    ReportPlan(plan, report_file);
  };
  const auto on_record = [&](const ImageRecord& record) {
    begin_report();
    progress->OnRecord(record);
    if (report_file->wanted()) report_file->Write(RecordJson(record));
  };
  auto batch = std::async(std::launch::async, [&] {
    return RunBatch(plan.images, loader.ForBatch(), options.batch, on_record, StopRequested);
  });
  loader.LoadNetworkHere();
  const BatchReport report = batch.get();
  begin_report();
  return report;
}

int RunPlan(const InputPlan& plan, const RestoreOptions& options) {
  ReportFile report_file(options.report);
  PrepareOutputFolder(plan);
  BatchReport report;
  BatchProgress progress(plan.images.size());
  if (plan.images.empty()) {
    ReportPlan(plan, &report_file);
  } else {
    report = RunImages(plan, options, &progress, &report_file);
  }
  report.failed += static_cast<int>(plan.problems.size());
  const double seconds = progress.Elapsed();
  report_file.Write(SummaryJson(report, seconds));
  if (!report_file.intact()) {
    throw Error(ErrorKind::kOutput, options.report.string() + ": the report could not be written");
  }
  Summarize(report, seconds);
  // A picture that was still to come through standard input fails by the signal.
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
    RequireOwnFiles(options_);
    InitLogging(options_.verbosity(), options_.log_file);
    const PlanOptions plan_options = FinishRestoreOptions(&options_);
    InstallInterruptHandlers();
    cv::setNumThreads(
        1);  // work is spread over pictures and faces; for the whole process, so first
    InputPlan plan;
    if (plan_options.inputs.empty() && plan_options.listed.empty()) {
      plan.notes.push_back(options_.files_from.string() + ": the list is empty");
    } else {
      plan = PlanInputs(plan_options);
    }
    Leave(RunPlan(plan, options_));
  }

 private:
  RestoreOptions options_;
};

}  // namespace

std::unique_ptr<Command> MakeRestoreCommand() { return std::make_unique<RestoreCommand>(); }

}  // namespace facedeblur
