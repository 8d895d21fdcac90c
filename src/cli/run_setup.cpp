#include "cli/run_setup.h"

#include <spdlog/spdlog.h>

#include <opencv2/core/utility.hpp>
#include <string>
#include <vector>

#include "cli/logging.h"
#include "facedeblur/util/text.h"

namespace facedeblur {

void PrepareCommand() {
  InitLogging(Verbosity::kNormal, {});
  cv::setNumThreads(1);
}

void TellDevice(const Compute& compute) {
  if (!compute.note.empty()) spdlog::info("running on the CPU: {}", compute.note);
  spdlog::debug("device: {}", compute.device.ToString());
}

void TellUnreadable(const FaceSet& faces) {
  const std::vector<std::string>& problems = faces.unreadable();
  if (problems.empty()) return;
  spdlog::warn("{} cannot be read; the first: {}",
               Counted(static_cast<int>(problems.size()), "file"), Printable(problems.front()));
}

}  // namespace facedeblur
