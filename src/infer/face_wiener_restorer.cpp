#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "facedeblur/nn/device.h"
#include "facedeblur/util/error.h"
#include "infer/network_restorers.h"
#include "nn/batch_queue.h"
#include "nn/chip_tensor.h"
#include "nn/face_wiener_net.h"
#include "nn/mixed_precision.h"
#include "nn/onednn_convolution.h"
#include "nn/torch_error.h"

namespace facedeblur {
namespace {

/// The root mean square distance of each blur kernel's mass from its centre: Nx27x27 -> N, pixels,
/// float64, on the kernels' device.
torch::Tensor RmsRadii(const torch::Tensor& kernels) {
  const torch::Tensor k = kernels.to(torch::kFloat64);
  const torch::Tensor at =
      torch::arange(k.size(1), torch::TensorOptions(k.device()).dtype(torch::kFloat64));
  const auto variances = [&](const torch::Tensor& marginals) {
    const torch::Tensor means = (marginals * at).sum(1, /*keepdim=*/true);
    return (marginals * (at - means).square()).sum(1);
  };
  return (variances(k.sum(1)) + variances(k.sum(2))).sqrt();
}

FaceWienerNet MakeUninitialized(bool second_estimate) {
  const UninitializedScope scope;
  return FaceWienerNet(second_estimate);
}

class FaceWienerRestorer : public FaceRestorer {
 public:
  FaceWienerRestorer(bool second_estimate, ModelFile model, const ComputeDevice& device)
      : net_(MakeUninitialized(second_estimate)),
        device_(device),
        torch_device_(TorchDevice(device)) {
    template_ = model.chip_template;
    if (model.channels != "BGR" || model.range != 1) {
      throw Error(ErrorKind::kModel, "the face network takes BGR from 0 to 1");
    }
    if (template_.size < KernelNetImpl::kWindow || template_.size % kChipSizeStep != 0) {
      throw Error(ErrorKind::kModel, "its chip size does not fit the face network");
    }
    LoadTensors(std::move(model.tensors), net_.get());
    net_->eval();
    net_->to(torch_device_);
    const double tolerance = model.self_test.tolerance;
    // As the weights are, in full precision; then as they will be used.
    if (device.cuda || device.bfloat16) RunSelfTest(model.self_test, tolerance, false);
    if (!device.cuda) net_->Pack(device.bfloat16 ? torch::kBFloat16 : torch::kFloat32);
    if (UsesAutocast()) net_->to(torch::kBFloat16);  // once, not in every call
    if (!device.cuda || device.bfloat16) {
      RunSelfTest(model.self_test, device.bfloat16 ? kBfloat16Tolerance : tolerance,
                  UsesAutocast());
    }
    if (device.cuda) {
      restorations_ = std::make_unique<BatchQueue>(
          [this](const torch::Tensor& chips) { return RestoreAndMeasure(chips, RunInOrder); },
          kLargestBatch);
      measurements_ = std::make_unique<BatchQueue>(
          [this](const torch::Tensor& chips) { return std::vector<torch::Tensor>{Measure(chips)}; },
          kLargestBatch);
    }
  }

  using FaceRestorer::Restore;
  cv::Mat Restore(const cv::Mat& chip, const ParallelFor& parallel) const override {
    const InferenceScope inference;
    try {
      return RestoreAtWorkingSize(chip, parallel);
    } catch (const std::exception& error) {
      throw ToError(error, device_, ErrorKind::kInput, ErrorKind::kInput);
    }
  }

  cv::Mat EstimateKernel(const cv::Mat& chip) const override {
    if (chip.cols < KernelNetImpl::kWindow) return {};
    const InferenceScope inference;
    try {
      const torch::Tensor kernel = EstimateTwice(ToDevice(chip), RunInOrder)[0].cpu().contiguous();
      const auto size = static_cast<int>(kernel.size(0));
      return cv::Mat(size, size, CV_32F, kernel.data_ptr<float>()).clone();
    } catch (const std::exception& error) {
      throw ToError(error, device_, ErrorKind::kInput, ErrorKind::kInput);
    }
  }

  const ChipTemplate& chip_template() const override { return template_; }
  std::string Describe() const override { return "face network (kernel estimate, Wiener, U-Net)"; }

 private:
  cv::Mat RestoreAtWorkingSize(const cv::Mat& chip, const ParallelFor& parallel) const {
    const cv::Mat scaled = ResizeChip(chip, WorkingSize(chip));
    const torch::Tensor blurred = ToDevice(scaled);
    const std::vector<torch::Tensor> results =
        restorations_ ? restorations_->Run(blurred) : RestoreAndMeasure(blurred, parallel);
    const cv::Mat sharp = ChipFromTensor(results[0]);
    const cv::Mat change =
        ResizeChip(sharp - scaled, chip.cols) * ChangeWeight(results[1].item<double>());
    const cv::Mat moved = chip + change;
    return cv::min(cv::max(moved, 0.0), 1.0);
  }

  /// To CUDA from pinned memory, so that this thread need not wait while the device is at work.
  torch::Tensor ToDevice(const cv::Mat& chip) const {
    const torch::Tensor planes = TensorFromChip(chip);
    return device_.cuda ? planes.pin_memory().to(torch_device_, /*non_blocking=*/true) : planes;
  }

  /// Nx3xSxS -> the restored chips and the radii (N) of their blur kernels, both on the CPU: all is
  /// queued on the device before the first copy waits for it.
  std::vector<torch::Tensor> RestoreAndMeasure(const torch::Tensor& chips,
                                               const ParallelFor& parallel) const {
    const torch::Tensor kernels = EstimateTwice(chips, parallel);
    const torch::Tensor restored = RestoreMirrored(chips, kernels, parallel);
    const torch::Tensor radii = RmsRadii(kernels);
    return {restored.cpu(), radii.cpu()};
  }

  /// Nx3xSxS -> the radii (N) of the blur kernels at a first look, on the CPU.
  torch::Tensor Measure(const torch::Tensor& chips) const {
    return RmsRadii(Estimate(chips)).cpu();
  }

  /// The kernel as seen in the chip and in its mirror image, where it is mirrored: the mean of the
  /// logarithms. Errors of the two estimates differ, the kernel does not.
  torch::Tensor EstimateTwice(const torch::Tensor& chip, const ParallelFor& parallel) const {
    const auto [seen, mirrored] =
        BothWays(chip, parallel, [this](const torch::Tensor& x) { return Estimate(x); });
    constexpr double kNone = 1e-8;
    const torch::Tensor mean = (seen + kNone).log() + (mirrored.flip(2) + kNone).log();
    return (0.5 * mean).flatten(1).softmax(1).view_as(seen);
  }

  /// What `run` makes of `x` and of its mirror image. Small chips go together: reading the weights
  /// of the deep layers takes longer than computing with them. Large ones may go on two threads.
  template <typename Function>
  static std::pair<torch::Tensor, torch::Tensor> BothWays(const torch::Tensor& x,
                                                          const ParallelFor& parallel,
                                                          const Function& run) {
    constexpr std::int64_t kLargestTogether = 160;
    if (x.size(3) <= kLargestTogether) {
      const std::vector<torch::Tensor> both = run(torch::cat({x, x.flip(3)})).chunk(2);
      return {both[0], both[1]};
    }
    torch::Tensor results[2];
    parallel(2, [&](std::size_t mirrored) {
      const InferenceScope inference;
      results[mirrored] = run(mirrored == 1 ? x.flip(3) : x);
    });
    return {results[0], results[1]};
  }

  torch::Tensor Estimate(const torch::Tensor& chip) const {
    const MixedPrecision precision(UsesAutocast(), torch_device_);
    FaceWienerNet net = net_;
    return net->EstimateKernel(chip);
  }

  /// The mean of what the network makes of the chip and of its mirror image. That is worth 0.06 dB
  /// on the validation faces at 128 pixels; taking the kernel from both is worth 0.05. Large chips,
  /// where it would cost half a second, are restored once.
  torch::Tensor RestoreMirrored(const torch::Tensor& chip, const torch::Tensor& kernel,
                                const ParallelFor& parallel) const {
    constexpr std::int64_t kLargestMirrored = 256;
    const torch::Tensor deconvolved = net_->Deconvolve(chip, kernel);
    if (chip.size(3) > kLargestMirrored) return Refine(deconvolved);
    const auto [restored, mirrored] =
        BothWays(deconvolved, parallel, [this](const torch::Tensor& x) { return Refine(x); });
    return 0.5 * (restored + mirrored.flip(3));
  }

  torch::Tensor Refine(const torch::Tensor& deconvolved) const {
    const MixedPrecision precision(UsesAutocast(), torch_device_);
    FaceWienerNet net = net_;
    return net->Refine(deconvolved).to(torch::kFloat32);
  }

  /// Packed weights have their precision in them.
  bool UsesAutocast() const { return device_.bfloat16 && (device_.cuda || !HasOneDnn()); }

  /// Coarse to fine: the network handles kernels up to 27 pixels wide. The kernel seen in a copy of
  /// the training size tells how far the working copy may be enlarged before the kernel outgrows
  /// that; a finer copy keeps more detail and leaves mild blur alone. Faces below the training
  /// window are enlarged to it: measured better than more surroundings at their own scale.
  int WorkingSize(const cv::Mat& chip) const {
    if (chip.cols < KernelNetImpl::kWindow) return template_.size;
    if (chip.cols <= template_.size) return chip.cols;
    const cv::Mat coarse = ResizeChip(chip, template_.size);
    const torch::Tensor seen = ToDevice(coarse);
    const torch::Tensor radii = measurements_ ? measurements_->Run(seen)[0] : Measure(seen);
    const double radius = radii.item<double>();  // may be 0, of a face without any blur
    const double own_size = static_cast<double>(chip.cols) / template_.size;
    const double enlargement =
        radius * own_size > kLargestRadius ? kLargestRadius / radius : own_size;
    const int steps = static_cast<int>(template_.size * enlargement / kChipSizeStep);
    return std::clamp(steps * kChipSizeStep, template_.size, chip.cols);
  }

  /// A sharp face is left nearly as it is: the change fades in over kernels too small to be a blur.
  /// On sharp portraits the estimate's radius is 0.93 in the median (0.83 to 1.06 for the middle
  /// half), under camera shake of 9 pixels 1.8.
  static double ChangeWeight(double radius) {
    constexpr double kSharp = 0.85;
    constexpr double kBlurred = 1.25;
    constexpr double kLeast = 0.15;
    const double t = std::clamp((radius - kSharp) / (kBlurred - kSharp), 0.0, 1.0);
    return kLeast + (1 - kLeast) * t * t * (3 - 2 * t);
  }

  void RunSelfTest(const ModelFile::SelfTest& test, double tolerance, bool autocast) const {
    if (test.input.shape != test.output.shape) {
      throw Error(ErrorKind::kModel, "its self-test has an unusable shape");
    }
    const InferenceScope inference;
    const MixedPrecision precision(autocast, torch_device_);
    FaceWienerNet net = net_;
    const torch::Tensor input = ToTorch(test.input).permute({2, 0, 1}).unsqueeze(0) / 255;
    const torch::Tensor output =
        net->forward(input.contiguous().to(torch_device_)).cpu().to(torch::kFloat32);
    const torch::Tensor expected = ToTorch(test.output).permute({2, 0, 1}).unsqueeze(0);
    const auto difference = (output.clamp(0, 1) - expected.clamp(0, 1)).abs().max().item<double>();
    if (difference <= tolerance) return;
    throw Error(ErrorKind::kModel, "its self-test fails: off by " + std::to_string(difference) +
                                       " where " + std::to_string(tolerance) + " is allowed");
  }

  /// Kernels with an r.m.s. radius up to this fit the 27x27 estimate. Measured on portraits blurred
  /// by 15 to 57 pixels: larger working copies gain up to here and lose beyond.
  static constexpr double kLargestRadius = 4.9;

  /// Of the self-test in bfloat16; the shipped weights are off by 0.003 to 0.008.
  static constexpr double kBfloat16Tolerance = 0.05;

  /// Faces in one batch on CUDA, twice as many chips with their mirror images: enough to fill a
  /// large device at 160 pixels. A batch that is too large for its memory is run face by face.
  static constexpr std::size_t kLargestBatch = 16;

  FaceWienerNet net_;
  ComputeDevice device_;
  torch::Device torch_device_;
  ChipTemplate template_;
  std::unique_ptr<BatchQueue> restorations_;  // on CUDA
  std::unique_ptr<BatchQueue> measurements_;  // on CUDA: of faces larger than the template
};

}  // namespace

std::unique_ptr<FaceRestorer> MakeFaceWienerRestorer(bool second_estimate, ModelFile model,
                                                     const ComputeDevice& device) {
  return std::make_unique<FaceWienerRestorer>(second_estimate, std::move(model), device);
}

}  // namespace facedeblur
