#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/help_formatter.h"
#include "cli/logging.h"
#include "facedeblur/eval/evaluator.h"
#include "facedeblur/nn/device.h"
#include "facedeblur/restore/model_path.h"
#include "facedeblur/restore/model_registry.h"

namespace facedeblur {
namespace {

struct EvaluateOptions {
  std::filesystem::path faces;
  std::filesystem::path weights;
  std::filesystem::path models;
  std::filesystem::path cache;
  std::string protocol = "mspl";
  bool off_center = false;
  int kernels_per_face = 0;
  int threads = 0;
};

void AddEvaluateOptions(CLI::App* app, EvaluateOptions* options) {
  app->add_option("faces", options->faces, "Folder with sharp faces never trained on")
      ->required()
      ->type_name("FOLDER");
  app->add_option("-w,--weights", options->weights, "Weights [the default ones]")
      ->type_name("FILE");
  app->add_option("--models", options->models, "Folder with models")->type_name("DIR");
  app->add_option("--cache", options->cache, "File that keeps the landmarks of the faces")
      ->type_name("FILE");
  app->add_option("--protocol", options->protocol,
                  "mspl: kernels of 13 to 27 px, 8 bits, no noise; shen: with noise of 0.01")
      ->capture_default_str()
      ->check(CLI::IsMember({"mspl", "shen"}))
      ->type_name("NAME");
  app->add_flag("--off-center", options->off_center,
                "Leave kernels where they are drawn instead of centring them");
  app->add_option("--kernels-per-face", options->kernels_per_face,
                  "Of the 80 kernels, how many each face is blurred with; 0: all")
      ->capture_default_str()
      ->type_name("N");
  app->add_option("--threads", options->threads, "0: one for each processor")
      ->capture_default_str()
      ->type_name("N");
}

/// A Markdown table row for one method.
void PrintRow(const char* name, const std::vector<PairScores>& scores, Score PairScores::*method) {
  const MeanScore m = Summarize(scores, method, 7);
  fmt::print("| {} | {:.2f} | {:.2f} to {:.2f} | {:.3f} |\n", name, m.mean.psnr, m.psnr_low,
             m.psnr_high, m.mean.ssim);
}

void PrintTables(const EvaluateOptions& options, const std::vector<PairScores>& scores,
                 std::size_t faces) {
  fmt::print("{}: protocol {}, kernels {}, {} faces, {} pairs\n\n", options.faces.string(),
             options.protocol, options.off_center ? "as drawn" : "centred", faces, scores.size());
  fmt::print("| | PSNR, dB | 95 % interval | SSIM |\n|---|---|---|---|\n");
  PrintRow("blurred", scores, &PairScores::blurred);
  PrintRow("restored", scores, &PairScores::restored);
  PrintRow("Wiener, true kernel", scores, &PairScores::oracle);
  PrintRow("blurred, best shift", scores, &PairScores::blurred_shift);
  PrintRow("restored, best shift", scores, &PairScores::restored_shift);
  std::map<int, std::vector<PairScores>> by_size;
  double seconds = 0;
  for (const PairScores& pair : scores) {
    by_size[pair.kernel_size].push_back(pair);
    seconds += pair.seconds / static_cast<double>(scores.size());
  }
  fmt::print("\n| kernel | blurred, dB | restored, dB |\n|---|---|---|\n");
  for (const auto& [size, pairs] : by_size) {
    fmt::print("| {} | {:.2f} | {:.2f} |\n", size,
               Summarize(pairs, &PairScores::blurred, 7).mean.psnr,
               Summarize(pairs, &PairScores::restored, 7).mean.psnr);
  }
  fmt::print("\n{:.0f} ms for each face\n", 1000 * seconds);
}

}  // namespace

int RunEvaluate(int argc, char** argv) {
  CLI::App app("Scores weights on sharp faces that are blurred by a protocol.",
               "facedeblur evaluate");
  app.formatter(std::make_shared<HelpFormatter>("FOLDER"));
  EvaluateOptions options;
  AddEvaluateOptions(&app, &options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitDone : kExitUsage;
  }
  InitLogging(Verbosity::kNormal, {});
  ConfigureInference();
  const std::size_t threads = options.threads > 0
                                  ? static_cast<std::size_t>(options.threads)
                                  : std::max(1U, std::thread::hardware_concurrency());
  const auto weights =
      options.weights.empty() ? FindModel(kDefaultWeights, options.models) : options.weights;
  const auto restorer = LoadRestorer(weights, {});
  DetectorOptions detector;
  detector.landmark_model = FindModel(kLandmarkModel, options.models);
  const FaceSet faces =
      FaceSet::Load({options.faces}, options.cache, *FaceDetector::Create(detector), threads, 1);
  EvaluationProtocol protocol = options.protocol == "shen" ? ShenProtocol() : MsplProtocol();
  protocol.centered = !options.off_center;
  protocol.kernels_per_face = options.kernels_per_face;
  const auto scores = Evaluate(faces, *restorer, protocol, threads);
  PrintTables(options, scores, faces.faces().size());
  return kExitDone;
}

}  // namespace facedeblur
