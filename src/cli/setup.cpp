#include "cli/setup.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <thread>

#include "cli/exit_code.h"
#include "cli/logging.h"
#include "facedeblur/restore/model_path.h"
#include "facedeblur/util/interrupt.h"

namespace facedeblur {

std::optional<int> ParseCommandLine(CLI::App* app, int argc, char** argv) {
  try {
    app->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app->exit(error) == 0 ? kExitDone : kExitUsage;
  }
  InitLogging(Verbosity::kNormal, {});
  InstallInterruptHandlers();
  ConfigureInference();
  return std::nullopt;
}

ComputeDevice ChooseDevice(const std::string& name) {
  std::string note;
  const ComputeDevice device = ResolveDevice(name, &note);
  if (!note.empty()) spdlog::info("running on the CPU: {}", note);
  spdlog::debug("device: {}", device.ToString());
  return device;
}

std::unique_ptr<FaceDetector> LoadDetector(const std::filesystem::path& models) {
  DetectorOptions options;
  options.landmark_model = FindModel(kLandmarkModel, models);
  return FaceDetector::Create(options);
}

std::size_t ThreadCount(int asked) {
  return asked > 0 ? static_cast<std::size_t>(asked)
                   : std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace facedeblur
