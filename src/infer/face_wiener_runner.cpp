#include "infer/face_wiener_runner.h"

#include <utility>
#include <vector>

#include "facedeblur/nn/device.h"
#include "facedeblur/util/error.h"
#include "nn/chip_tensor.h"
#include "nn/file_tensor.h"
#include "nn/mixed_precision.h"
#include "nn/onednn_convolution.h"
#include "nn/torch_device.h"

namespace facedeblur {
namespace {

/// Of the self-test in bfloat16; the shipped weights are off by 0.003 to 0.008.
constexpr double kBfloat16Tolerance = 0.05;

FaceWienerNet MakeUninitialized(bool corrects_kernel) {
  const UninitializedScope scope;
  return FaceWienerNet(corrects_kernel);
}

/// What `run` makes of `x` and of its mirror image. Small chips go together: reading the weights
/// of the deep layers takes longer than computing with them. Large ones may go on two threads.
template <typename Function>
std::pair<torch::Tensor, torch::Tensor> BothWays(const torch::Tensor& x,
                                                 const ParallelFor& parallel, const Function& run) {
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

}  // namespace

FaceWienerRunner::FaceWienerRunner(bool corrects_kernel, ModelFile model,
                                   const ComputeDevice& device)
    : net_(MakeUninitialized(corrects_kernel)),
      device_(device),
      torch_device_(TorchDevice(device)) {
  if (model.channels != "BGR" || model.range != 1) {
    throw Error(ErrorKind::kModel, "the face network takes BGR from 0 to 1");
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
    RunSelfTest(model.self_test, device.bfloat16 ? kBfloat16Tolerance : tolerance, UsesAutocast());
  }
}

/// Packed weights have their precision in them.
bool FaceWienerRunner::UsesAutocast() const {
  return device_.bfloat16 && (device_.cuda || !HasOneDnn());
}

torch::Tensor FaceWienerRunner::ToDevice(const cv::Mat& chip) const {
  const torch::Tensor planes = TensorFromChip(chip);
  return device_.cuda ? planes.pin_memory().to(torch_device_, /*non_blocking=*/true) : planes;
}

torch::Tensor FaceWienerRunner::Estimate(const torch::Tensor& chips) const {
  const MixedPrecision precision(UsesAutocast(), torch_device_);
  FaceWienerNet net = net_;
  return net->EstimateFirstKernel(chips);
}

FaceWienerRunner::TwoLooks FaceWienerRunner::EstimateTwice(const torch::Tensor& chips,
                                                           const ParallelFor& parallel) const {
  const auto [seen, mirrored] =
      BothWays(chips, parallel, [this](const torch::Tensor& x) { return Estimate(x); });
  constexpr double kNone = 1e-8;
  return {FaceWienerNetImpl::JoinMirrored((seen + kNone).log(), (mirrored + kNone).log()),
          (seen * mirrored.flip(2)).sqrt().sum({1, 2})};
}

torch::Tensor FaceWienerRunner::Improve(const torch::Tensor& chips,
                                        const torch::Tensor& first) const {
  const MixedPrecision precision(UsesAutocast(), torch_device_);
  FaceWienerNet net = net_;
  return net->ImproveKernel(chips, first);
}

torch::Tensor FaceWienerRunner::Solve(const torch::Tensor& chips,
                                      const torch::Tensor& prior) const {
  const MixedPrecision precision(UsesAutocast(), torch_device_);
  FaceWienerNet net = net_;
  return net->SolveKernel(chips, prior, FaceWienerNetImpl::kRounds);
}

torch::Tensor FaceWienerRunner::Deconvolve(const torch::Tensor& images,
                                           const torch::Tensor& kernels) const {
  return net_->Deconvolve(images, kernels);
}

torch::Tensor FaceWienerRunner::RefineMirrored(const torch::Tensor& deconvolved,
                                               const ParallelFor& parallel) const {
  constexpr std::int64_t kLargestMirrored = 256;
  if (deconvolved.size(3) > kLargestMirrored) return Refine(deconvolved);
  const auto [restored, mirrored] =
      BothWays(deconvolved, parallel, [this](const torch::Tensor& x) { return Refine(x); });
  return 0.5 * (restored + mirrored.flip(3));
}

torch::Tensor FaceWienerRunner::Refine(const torch::Tensor& deconvolved) const {
  const MixedPrecision precision(UsesAutocast(), torch_device_);
  FaceWienerNet net = net_;
  return net->Refine(deconvolved).to(torch::kFloat32);
}

void FaceWienerRunner::RunSelfTest(const ModelFile::SelfTest& test, double tolerance,
                                   bool autocast) const {
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

}  // namespace facedeblur
