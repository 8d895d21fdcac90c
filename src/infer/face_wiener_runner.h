#pragma once

#include <torch/types.h>

#include <opencv2/core.hpp>

#include "facedeblur/restore/compute_device.h"
#include "facedeblur/util/task_pool.h"
#include "facedeblur/weights/model_file.h"
#include "nn/face_wiener_net.h"

namespace facedeblur {

/// The face network on its device, with its weights as that computes with them, and the ways in
/// which it is run. Functions may be called from several threads, each in an InferenceScope. Chips
/// are Nx3xSxS, BGR, 0..1, S a multiple of 16, on the device.
class FaceWienerRunner {
 public:
  /// Throws Error(kModel): tensors that do not fit, or a failed self-test.
  FaceWienerRunner(bool corrects_kernel, ModelFile model, const ComputeDevice& device);

  /// CV_32FC3 -> 1x3xSxS. To CUDA from pinned memory, so that the calling thread need not wait
  /// while the device is at work.
  torch::Tensor ToDevice(const cv::Mat& chip) const;

  /// The blur kernels, Nx27x27, as seen in the chips alone: a first look.
  torch::Tensor Estimate(const torch::Tensor& chips) const;

  /// The kernels as seen in the chips and, mirrored back, in their mirror images.
  struct TwoLooks {
    torch::Tensor kernels;    ///< Nx27x27, joined
    torch::Tensor agreement;  ///< N, 0..1: the Bhattacharyya coefficient of the two
  };
  TwoLooks EstimateTwice(const torch::Tensor& chips, const ParallelFor& parallel) const;

  /// Better kernels from the chips and what the network makes of them with the kernels so far. What
  /// blurs the restoration into the chip is solved for: worth 0.7 dB on the validation faces at 128
  /// pixels.
  torch::Tensor Improve(const torch::Tensor& chips, const torch::Tensor& first) const;

  /// The kernels that blur the restorations into the chips, held near `prior`, of its size: the
  /// last step of Improve().
  torch::Tensor Solve(const torch::Tensor& chips, const torch::Tensor& prior) const;

  /// Images (Nx3xHxW, H and W multiples of 16) with their Wiener deconvolutions, as the refinement
  /// wants them: Nx12xHxW.
  torch::Tensor Deconvolve(const torch::Tensor& images, const torch::Tensor& kernels) const;

  /// The mean of what the network makes of deconvolved images and of their mirror images. That is
  /// worth 0.06 dB on the validation faces at 128 pixels; taking the kernel from both is worth
  /// 0.05. Large images, where it would cost half a second, are restored once.
  torch::Tensor RefineMirrored(const torch::Tensor& deconvolved, const ParallelFor& parallel) const;

 private:
  bool UsesAutocast() const;
  torch::Tensor Refine(const torch::Tensor& deconvolved) const;
  void RunSelfTest(const ModelFile::SelfTest& test, double tolerance, bool autocast) const;

  FaceWienerNet net_;
  ComputeDevice device_;
  torch::Device torch_device_;
};

}  // namespace facedeblur
