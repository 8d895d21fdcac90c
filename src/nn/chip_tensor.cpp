#include "nn/chip_tensor.h"

#include <torch/nn/module.h>

#include <cstring>
#include <memory>
#include <utility>

#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

/// The same memory, owned by the result.
torch::Tensor Adopt(Tensor tensor) {
  const auto owner = std::make_shared<Tensor>(std::move(tensor));
  return torch::from_blob(owner->values.data(), owner->shape, [owner](void*) {});
}

}  // namespace

torch::Tensor TensorFromChip(const cv::Mat& chip) {
  CV_Assert(chip.type() == CV_32FC3 && chip.isContinuous());
  // from_blob only borrows: permute + contiguous makes the copy that owns its data.
  const torch::Tensor rows =
      torch::from_blob(const_cast<float*>(chip.ptr<float>()), {1, chip.rows, chip.cols, 3});
  return rows.permute({0, 3, 1, 2}).contiguous();
}

cv::Mat ChipFromTensor(const torch::Tensor& tensor) {
  const torch::Tensor rows =
      tensor.to(torch::kCPU, torch::kFloat32).clamp(0, 1).permute({0, 2, 3, 1}).contiguous();
  cv::Mat chip(static_cast<int>(rows.size(1)), static_cast<int>(rows.size(2)), CV_32FC3);
  std::memcpy(chip.data, rows.data_ptr<float>(), chip.total() * chip.elemSize());
  return chip;
}

torch::Tensor Luma(const torch::Tensor& bgr) {
  return 0.114 * bgr.slice(1, 0, 1) + 0.587 * bgr.slice(1, 1, 2) + 0.299 * bgr.slice(1, 2, 3);
}

torch::Tensor ToTorch(const Tensor& tensor) {
  return torch::from_blob(const_cast<float*>(tensor.values.data()), tensor.shape).clone();
}

Tensor FromTorch(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
  Tensor copy{flat.sizes().vec(), {}};
  copy.values.assign(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
  return copy;
}

torch::Device TorchDevice(const ComputeDevice& device) {
  return device.cuda ? torch::Device(torch::kCUDA, static_cast<torch::DeviceIndex>(device.index))
                     : torch::Device(torch::kCPU);
}

void LoadTensors(std::map<std::string, Tensor> tensors, torch::nn::Module* module) {
  std::size_t used = 0;
  const auto load = [&](const std::string& name, const torch::Tensor& target) {
    const auto found = tensors.find(name);
    if (found == tensors.end())
      throw Error(ErrorKind::kModel, "the tensor " + name + " is missing");
    if (target.sizes() != c10::IntArrayRef(found->second.shape)) {
      throw Error(ErrorKind::kModel, "the tensor " + name + " has the wrong shape");
    }
    target.set_data(Adopt(std::move(found->second)).to(target.device()));
    ++used;
  };
  for (const auto& item : module->named_parameters()) load(item.key(), item.value());
  for (const auto& item : module->named_buffers()) load(item.key(), item.value());
  if (used != tensors.size()) {
    throw Error(ErrorKind::kModel, "it holds tensors that its network does not have");
  }
}

}  // namespace facedeblur
