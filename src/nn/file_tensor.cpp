#include "nn/file_tensor.h"

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

torch::Tensor ToTorch(const Tensor& tensor) {
  return torch::from_blob(const_cast<float*>(tensor.values.data()), tensor.shape).clone();
}

Tensor FromTorch(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
  Tensor copy{flat.sizes().vec(), {}};
  copy.values.assign(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
  return copy;
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
