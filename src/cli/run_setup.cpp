#include "cli/run_setup.h"

#include <spdlog/spdlog.h>

#include <opencv2/core/utility.hpp>
#include <utility>

#include "cli/logging.h"
#include "facedeblur/backend/open_backend.h"
#include "facedeblur/util/error.h"

namespace facedeblur {

void PrepareCommand() {
  InitLogging(Verbosity::kNormal, {});
  cv::setNumThreads(1);
}

Compute OpenCompute(const DeviceRequest& request, Precision precision) {
  std::string passed_over;  // why no CUDA backend was opened
  Compute compute;
  compute.backend = &OpenBackend(request, &passed_over);
  std::string unusable;  // why the backend that was opened has no CUDA device
  compute.device = compute.backend->ResolveDevice(request, precision, &unusable);
  const std::string& note = passed_over.empty() ? unusable : passed_over;
  if (!note.empty()) spdlog::info("running on the CPU: {}", note);
  spdlog::debug("device: {}", compute.device.ToString());
  return compute;
}

std::unique_ptr<FaceRestorer> LoadRestorer(const std::filesystem::path& weights,
                                           const Compute& compute) {
  return MakeRestorer(ReadWeightsFile(weights).content, weights, compute);
}

std::unique_ptr<FaceRestorer> MakeRestorer(Weights content, const std::filesystem::path& weights,
                                           const Compute& compute) {
  try {
    return compute.backend->MakeRestorer(std::move(content), compute.device);
  } catch (const Error& error) {
    throw Error(error.kind(), weights.string() + ": " + error.what());
  }
}

}  // namespace facedeblur
