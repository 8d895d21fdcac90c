#include "cli/setup.h"

#include <algorithm>
#include <opencv2/core/utility.hpp>
#include <thread>

#include "cli/logging.h"

namespace facedeblur {

void PrepareCommand() {
  InitLogging(Verbosity::kNormal, {});
  cv::setNumThreads(1);
}

std::size_t ThreadCount(int asked) {
  return asked > 0 ? static_cast<std::size_t>(asked)
                   : std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace facedeblur
