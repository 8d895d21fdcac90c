#include "nn/chip_tensor.h"

namespace facedeblur {

torch::Tensor TensorFromChip(const cv::Mat& chip) {
  CV_Assert(chip.type() == CV_32FC3 && chip.isContinuous());
  // from_blob only borrows: permute + contiguous makes the copy that owns its data.
  const torch::Tensor rows =
      torch::from_blob(const_cast<float*>(chip.ptr<float>()), {1, chip.rows, chip.cols, 3});
  return rows.permute({0, 3, 1, 2}).contiguous();
}

cv::Mat ChipFromTensor(const torch::Tensor& tensor) {
  cv::Mat chip(static_cast<int>(tensor.size(2)), static_cast<int>(tensor.size(3)), CV_32FC3);
  torch::Tensor rows = torch::from_blob(chip.data, {1, chip.rows, chip.cols, 3});
  rows.copy_(tensor.permute({0, 2, 3, 1}));
  rows.clamp_(0, 1);
  return chip;
}

torch::Tensor Luma(const torch::Tensor& bgr) {
  return 0.114 * bgr.slice(1, 0, 1) + 0.587 * bgr.slice(1, 1, 2) + 0.299 * bgr.slice(1, 2, 3);
}

}  // namespace facedeblur
