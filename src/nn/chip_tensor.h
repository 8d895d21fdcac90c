#pragma once

#include <torch/types.h>

#include <opencv2/core.hpp>

namespace facedeblur {

/// CV_32FC3 (BGR, 0..1) -> float tensor 1x3xHxW, same order and range, on the CPU, owning its data.
torch::Tensor TensorFromChip(const cv::Mat& chip);

/// The inverse: float tensor 1x3xHxW on any device -> CV_32FC3, clamped to 0..1.
cv::Mat ChipFromTensor(const torch::Tensor& tensor);

/// ITU-R BT.601 luma of BGR: Nx3xHxW -> Nx1xHxW.
torch::Tensor Luma(const torch::Tensor& bgr);

}  // namespace facedeblur
