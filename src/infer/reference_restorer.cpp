#include "facedeblur/nn/device.h"
#include "facedeblur/weights/reference_spec.h"
#include "infer/network_restorers.h"
#include "nn/chip_tensor.h"
#include "nn/reference_net.h"
#include "nn/torch_device.h"
#include "nn/torch_error.h"

namespace facedeblur {
namespace {

/// Where the notebook's test crops have the eyes, the nose tip and the mouth corners.
ChipTemplate ReferenceTemplate() {
  return {kReferenceChipSize,
          {{19.5F, 34.4F}, {43.3F, 33.9F}, {32.7F, 47.8F}, {20.9F, 57.7F}, {42.3F, 57.3F}}};
}

class ReferenceRestorer : public FaceRestorer {
 public:
  ReferenceRestorer(const std::vector<KerasLayer>& layers, const ComputeDevice& device)
      : device_(device), torch_device_(TorchDevice(device)), template_(ReferenceTemplate()) {
    net_->LoadKeras(layers);
    net_->FoldNormalization();
    net_->eval();
    net_->to(torch_device_);
    // For layers that stay LibTorch's, 1.4 times as fast as planes on the CPU: the wide 1x1 ones
    // want channels side by side.
    for (torch::Tensor& parameter : net_->parameters()) {
      if (parameter.dim() == 4) {
        parameter.set_data(parameter.data().contiguous(torch::MemoryFormat::ChannelsLast));
      }
    }
    if (!device.cuda) net_->Pack();
  }

  using FaceRestorer::Restore;
  cv::Mat Restore(const cv::Mat& chip, const ParallelFor& /*parallel*/) const override {
    const InferenceScope inference;
    try {
      return RestoreAtItsSize(chip);
    } catch (const std::exception& error) {
      throw ToError(error, device_, ErrorKind::kInput, ErrorKind::kInput);
    }
  }

  const ChipTemplate& chip_template() const override { return template_; }
  std::string Describe() const override { return "reference network (15 convolutions, 64x64)"; }

 private:
  cv::Mat RestoreAtItsSize(const cv::Mat& chip) const {
    const cv::Mat small = ResizeChip(chip, kReferenceChipSize);
    const torch::Tensor blurred = TensorFromChip(small).to(torch_device_);
    ReferenceNet net = net_;  // its functions are not const in LibTorch, but change nothing here
    const torch::Tensor restored =
        net->Restore(blurred.contiguous(torch::MemoryFormat::ChannelsLast)).clamp(0, 1);
    cv::Mat sharp = ChipFromTensor(restored);
    if (chip.cols == kReferenceChipSize) return sharp;
    const cv::Mat moved = chip + ResizeChip(sharp - small, chip.cols);
    return cv::min(cv::max(moved, 0.0), 1.0);
  }

  ReferenceNet net_;
  ComputeDevice device_;
  torch::Device torch_device_;
  ChipTemplate template_;
};

}  // namespace

std::unique_ptr<FaceRestorer> MakeReferenceRestorer(const std::vector<KerasLayer>& layers,
                                                    const ComputeDevice& device) {
  return std::make_unique<ReferenceRestorer>(layers, device);
}

}  // namespace facedeblur
