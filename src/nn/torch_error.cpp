#include "nn/torch_error.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <c10/util/Exception.h>

#include <new>
#include <string>

#include "nn/torch_device.h"

namespace facedeblur {
namespace {

bool IsOutOfMemory(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return true;
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr) return true;
  const std::string text = error.what();
  for (const char* words : {"out of memory", "can't allocate memory", "STATUS_ALLOC_FAILED"}) {
    if (text.find(words) != std::string::npos) return true;
  }
  return false;
}

bool IsLost(const ComputeDevice& device) {
  if (!device.cuda) return false;
  try {
    TryDevice(device);
    return false;
  } catch (const std::exception& error) {
    return !IsOutOfMemory(error);
  }
}

std::string DeviceName(ComputeDevice device) {
  device.bfloat16 = false;
  return device.ToString();
}

}  // namespace

void TryDevice(const ComputeDevice& device) {
  const at::Tensor one = at::ones({1}, at::TensorOptions(TorchDevice(device)));
  (void)(one + one).item<float>();  // waits for the result
}

DeviceFailure ClassifyFailure(const std::exception& error, const ComputeDevice& device) {
  if (IsOutOfMemory(error)) return DeviceFailure::kOutOfMemory;
  return IsLost(device) ? DeviceFailure::kLost : DeviceFailure::kNone;
}

Error ToError(const std::exception& error, const ComputeDevice& device, ErrorKind otherwise,
              ErrorKind out_of_memory) {
  if (const auto* ours = dynamic_cast<const Error*>(&error)) {
    return {ours->kind() == ErrorKind::kDevice ? ErrorKind::kDevice : otherwise, ours->what()};
  }
  switch (ClassifyFailure(error, device)) {
    case DeviceFailure::kOutOfMemory:
      return {out_of_memory, device.cuda ? DeviceName(device) + " is out of memory"
                                         : std::string("out of memory")};
    case DeviceFailure::kLost:
      return {ErrorKind::kDevice, DeviceName(device) + " has failed: " + DescribeException(error)};
    case DeviceFailure::kNone:
      break;
  }
  return {otherwise, DescribeException(error)};
}

}  // namespace facedeblur
