#include "cli/run_setup.h"

#include <spdlog/spdlog.h>

#include <opencv2/core/utility.hpp>

#include "cli/logging.h"

namespace facedeblur {

void PrepareCommand() {
  InitLogging(Verbosity::kNormal, {});
  cv::setNumThreads(1);
}

void TellDevice(const Compute& compute) {
  if (!compute.note.empty()) spdlog::info("running on the CPU: {}", compute.note);
  spdlog::debug("device: {}", compute.device.ToString());
}

}  // namespace facedeblur
