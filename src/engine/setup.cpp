#include "engine/setup.h"

#include <spdlog/spdlog.h>

#include "facedeblur/nn/device.h"

namespace facedeblur {

ComputeDevice ChooseDevice(const std::string& name) {
  std::string note;
  const ComputeDevice device = ResolveDevice(name, &note);
  if (!note.empty()) spdlog::info("running on the CPU: {}", note);
  spdlog::debug("device: {}", device.ToString());
  return device;
}

}  // namespace facedeblur
