#include "facedeblur/restore/compute_device.h"

#include "facedeblur/util/error.h"

namespace facedeblur {

std::string ComputeDevice::ToString() const {
  return (cuda ? "cuda:" + std::to_string(index) : "cpu") + (bfloat16 ? ", bf16" : "");
}

std::optional<ComputeDevice> ParseDevice(const std::string& name) {
  if (name == "auto") return std::nullopt;
  if (name == "cpu") return ComputeDevice{};
  if (name == "cuda") return ComputeDevice{true, 0, false};
  const std::string prefix = "cuda:";
  const std::string digits = name.rfind(prefix, 0) == 0 ? name.substr(prefix.size()) : "";
  if (digits.empty() || digits.size() > 3 ||
      digits.find_first_not_of("0123456789") != std::string::npos) {
    throw Error(ErrorKind::kUsage, "unknown device '" + name + "'; use auto, cpu, cuda or cuda:N");
  }
  return ComputeDevice{true, std::stoi(digits), false};
}

const std::vector<std::pair<std::string, Precision>>& PrecisionNames() {
  static const std::vector<std::pair<std::string, Precision>> names = {
      {"fp32", Precision::kFloat32}, {"bf16", Precision::kBfloat16}, {"auto", Precision::kAuto}};
  return names;
}

Precision ParsePrecision(const std::string& name) {
  for (const auto& [known, precision] : PrecisionNames()) {
    if (known == name) return precision;
  }
  throw Error(ErrorKind::kUsage, "unknown precision '" + name + "': fp32, bf16 or auto");
}

}  // namespace facedeblur
