#include "facedeblur/restore/compute_device.h"

#include "facedeblur/util/error.h"

namespace facedeblur {

std::string ComputeDevice::ToString() const {
  return (cuda ? "cuda:" + std::to_string(index) : "cpu") + (bfloat16 ? ", bf16" : "");
}

std::string DeviceRequest::ToString() const {
  switch (kind) {
    case Kind::kAuto:
      return "auto";
    case Kind::kCpu:
      return "cpu";
    case Kind::kCuda:
      return "cuda:" + std::to_string(index);
  }
  return "?";
}

DeviceRequest ParseDevice(const std::string& name) {
  using Kind = DeviceRequest::Kind;
  if (name == "auto") return {Kind::kAuto, 0};
  if (name == "cpu") return {Kind::kCpu, 0};
  if (name == "cuda") return {Kind::kCuda, 0};
  const std::string prefix = "cuda:";
  const std::string digits = name.rfind(prefix, 0) == 0 ? name.substr(prefix.size()) : "";
  if (digits.empty() || digits.size() > 3 ||
      digits.find_first_not_of("0123456789") != std::string::npos) {
    throw Error(ErrorKind::kUsage, "unknown device '" + name + "'; use auto, cpu, cuda or cuda:N");
  }
  return {Kind::kCuda, std::stoi(digits)};
}

const std::vector<std::pair<std::string, Precision>>& PrecisionNames() {
  static const std::vector<std::pair<std::string, Precision>> names = {
      {"fp32", Precision::kFloat32}, {"bf16", Precision::kBfloat16}, {"auto", Precision::kAuto}};
  return names;
}

}  // namespace facedeblur
