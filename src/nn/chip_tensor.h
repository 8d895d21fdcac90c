#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <map>
#include <opencv2/core.hpp>
#include <string>

#include "facedeblur/nn/device.h"
#include "facedeblur/weights/tensor.h"

namespace facedeblur {

/// CV_32FC3 (BGR, 0..1) -> float tensor 1x3xHxW, same order and range, on the CPU, owning its data.
torch::Tensor TensorFromChip(const cv::Mat& chip);

/// The inverse: float tensor 1x3xHxW on any device -> CV_32FC3, clamped to 0..1.
cv::Mat ChipFromTensor(const torch::Tensor& tensor);

/// ITU-R BT.601 luma of BGR: Nx3xHxW -> Nx1xHxW.
torch::Tensor Luma(const torch::Tensor& bgr);

/// File tensor -> LibTorch tensor of the same shape (a copy).
torch::Tensor ToTorch(const Tensor& tensor);
Tensor FromTorch(const torch::Tensor& tensor);

torch::Device TorchDevice(const ComputeDevice& device);

/// Makes named tensors a module's parameters and buffers, without a copy on the CPU. Throws
/// Error(kModel) when one is missing, left over, or of another shape.
void LoadTensors(std::map<std::string, Tensor> tensors, torch::nn::Module* module);

}  // namespace facedeblur
