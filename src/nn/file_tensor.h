#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <map>
#include <string>

#include "facedeblur/weights/tensor.h"

namespace facedeblur {

/// A weights file's tensor -> LibTorch's, of the same shape (a copy).
torch::Tensor ToTorch(const Tensor& tensor);

/// The inverse, from any device.
Tensor FromTorch(const torch::Tensor& tensor);

/// Makes named tensors a module's parameters and buffers, without a copy on the CPU. Throws
/// Error(kModel) when one is missing, left over, or of another shape.
void LoadTensors(std::map<std::string, Tensor> tensors, torch::nn::Module* module);

}  // namespace facedeblur
