#include "cli/setup.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <thread>

#include "cli/logging.h"
#include "facedeblur/restore/model_path.h"
#include "facedeblur/util/interrupt.h"

namespace facedeblur {

void PrepareCommand() {
  InitLogging(Verbosity::kNormal, {});
  InstallInterruptHandlers();
  ConfigureInference();
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
