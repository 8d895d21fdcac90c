#include <algorithm>
#include <cmath>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <type_traits>
#include <utility>
#include <vector>

#include "facedeblur/face/chip.h"
#include "facedeblur/nn/device.h"
#include "facedeblur/restore/kernel_radius.h"
#include "facedeblur/util/error.h"
#include "facedeblur/weights/networks.h"
#include "infer/face_wiener_runner.h"
#include "infer/finer_grid.h"
#include "infer/network_restorers.h"
#include "infer/wide_blur.h"
#include "infer/working_scale.h"
#include "nn/batch_queue.h"
#include "nn/chip_tensor.h"
#include "nn/face_wiener_net.h"
#include "nn/kernel_solver.h"
#include "nn/torch_error.h"

namespace facedeblur {
namespace {

ChipTemplate Checked(ChipTemplate chip_template) {
  if (chip_template.size >= KernelNetImpl::kWindow && chip_template.size % kChipSizeStep == 0) {
    return chip_template;
  }
  throw Error(ErrorKind::kModel, "its chip size does not fit the face network");
}

std::string Described(const std::string& network) {
  const NetworkInfo* const info = FindNetwork(network);
  return info == nullptr ? network : network + " (" + std::string(info->description) + ")";
}

class FaceWienerRestorer : public FaceRestorer {
 public:
  FaceWienerRestorer(bool corrects_kernel, ModelFile model, const ComputeDevice& device)
      : device_(device),
        description_(Described(model.network)),
        template_(Checked(model.chip_template)),
        network_(corrects_kernel, std::move(model), device) {
    if (!device.cuda) return;
    estimates_ = std::make_unique<BatchQueue>(
        [this](const torch::Tensor& chips) { return EstimateAndMeasure(chips, RunInOrder); },
        kLargestBatch);
    refinements_ = std::make_unique<BatchQueue>(
        [this](const torch::Tensor& deconvolved) { return Refined(deconvolved, RunInOrder); },
        kLargestBatch);
    measurements_ = std::make_unique<BatchQueue>(
        [this](const torch::Tensor& chips) { return std::vector<torch::Tensor>{Measure(chips)}; },
        kLargestBatch);
  }

  using FaceRestorer::Restore;
  cv::Mat Restore(const cv::Mat& chip, const ParallelFor& parallel) const override {
    return RestoreRegion(chip, EstimateBlur(chip, parallel), parallel);
  }

  BlurEstimate EstimateBlur(const cv::Mat& chip, const ParallelFor& parallel) const override {
    return Guarded([&] { return EstimateAtWorkingSize(chip, parallel); });
  }

  cv::Mat RestoreRegion(const cv::Mat& region, const BlurEstimate& blur,
                        const ParallelFor& parallel) const override {
    return Guarded([&] { return RestoreAtScale(region, blur, parallel); });
  }

  const ChipTemplate& chip_template() const override { return template_; }
  std::string Describe() const override { return description_; }

 private:
  /// What `run` returns; errors of LibTorch become those that callers expect.
  template <typename Function>
  std::invoke_result_t<Function> Guarded(const Function& run) const {
    const InferenceScope inference;
    try {
      return run();
    } catch (const std::exception& error) {
      throw ToError(error, device_, ErrorKind::kInput, ErrorKind::kInput);
    }
  }

  BlurEstimate EstimateAtWorkingSize(const cv::Mat& chip, const ParallelFor& parallel) const {
    const int working_size = WorkingSize(chip);
    const cv::Mat copy = ResizeChip(chip, working_size);
    const torch::Tensor blurred = network_.ToDevice(copy);
    const std::vector<torch::Tensor> results =
        estimates_ ? estimates_->Run(blurred) : EstimateAndMeasure(blurred, parallel);
    const double radius = results[1].item<double>();
    SeenKernel seen = {results[0][0].contiguous(), results[2].item<double>()};
    if (radius >= kMaybeWide) seen = WidestKernel(network_, copy, std::move(seen), parallel);
    const auto size = static_cast<int>(seen.kernel.size(0));
    BlurEstimate blur;
    blur.kernel = cv::Mat(size, size, CV_32F, seen.kernel.data_ptr<float>()).clone();
    blur.scale = static_cast<double>(working_size) / chip.cols;
    // A small face counts as it is seen, a larger one as it came.
    const bool small = chip.cols < KernelNetImpl::kWindow;
    blur.weight = ChangeWeight(small ? radius : radius / std::max(blur.scale, 1.0));
    blur.agreement = seen.agreement;
    return blur;
  }

  cv::Mat RestoreAtScale(const cv::Mat& region, const BlurEstimate& blur,
                         const ParallelFor& parallel) const {
    const cv::Size size(cvRound(region.cols * blur.scale), cvRound(region.rows * blur.scale));
    // A small face has been enlarged already: a finer grid lost 0.03 dB there.
    const bool fine_enough = blur.scale > kLargestWorkingScale;
    const FinerGrid grid =
        fine_enough ? FinerGrid{size, blur.kernel} : ChooseGrid(size, blur.kernel);
    const cv::Mat scaled = ResizeChip(region, grid.size);
    const cv::Mat& k = grid.kernel;
    const torch::Tensor kernel =
        torch::from_blob(const_cast<float*>(k.ptr<float>()), {1, k.rows, k.cols});
    const torch::Tensor images = network_.ToDevice(scaled);
    const torch::Tensor deconvolved = network_.Deconvolve(images, kernel.to(images.device()));
    const std::vector<torch::Tensor> results =
        refinements_ ? refinements_->Run(deconvolved) : Refined(deconvolved, parallel);
    // In place: a head of the largest size takes 7 MB.
    cv::Mat result = ChipFromTensor(results[0]);
    result -= scaled;
    result = ResizeChip(result, region.size());
    result *= blur.weight;
    result += region;
    cv::max(result, 0.0, result);
    cv::min(result, 1.0, result);
    return result;
  }

  /// Nx3xSxS -> their blur kernels, the radii (N) of those at a first look, and how two looks agree
  /// (N), all on the CPU: everything is queued on the device before the first copy waits for it.
  std::vector<torch::Tensor> EstimateAndMeasure(const torch::Tensor& chips,
                                                const ParallelFor& parallel) const {
    const FaceWienerRunner::TwoLooks first = network_.EstimateTwice(chips, parallel);
    const torch::Tensor kernels = network_.Improve(chips, first.kernels);
    const torch::Tensor radii = RmsRadius(first.kernels);
    return {kernels.cpu(), radii.cpu(), first.agreement.cpu()};
  }

  /// Nx12xHxW -> restored images, on the CPU.
  std::vector<torch::Tensor> Refined(const torch::Tensor& deconvolved,
                                     const ParallelFor& parallel) const {
    return {network_.RefineMirrored(deconvolved, parallel).cpu()};
  }

  /// Nx3xSxS -> the radii (N) of the blur kernels at a first look, on the CPU.
  torch::Tensor Measure(const torch::Tensor& chips) const {
    return RmsRadius(network_.Estimate(chips)).cpu();
  }

  /// The kernel seen in a copy of the training size, or in a smaller chip itself, tells how large
  /// the copy should be that it is estimated in. Faces below the training window are enlarged to
  /// it: measured better than more surroundings at their own scale.
  int WorkingSize(const cv::Mat& chip) const {
    if (chip.cols < KernelNetImpl::kWindow) return template_.size;
    const int size_to_see = std::min(chip.cols, template_.size);
    const torch::Tensor seen = network_.ToDevice(ResizeChip(chip, size_to_see));
    const torch::Tensor radii = measurements_ ? measurements_->Run(seen)[0] : Measure(seen);
    const double radius = radii.item<double>() * chip.cols / size_to_see;
    const int steps = static_cast<int>(chip.cols * WorkingScale(chip, radius) / kChipSizeStep);
    return std::max(steps * kChipSizeStep, size_to_see);
  }

  /// A sharp face is left nearly as it is: the change fades in over kernels too small to be a blur.
  /// On sharp portraits the estimate's radius is 0.93 in the median (0.83 to 1.06 for the middle
  /// half), under camera shake of 9 pixels 1.8.
  static double ChangeWeight(double radius) {
    constexpr double kSharp = 0.85;
    constexpr double kLeast = 0.15;
    const double t = std::clamp((radius - kSharp) / (kBlurredRadius - kSharp), 0.0, 1.0);
    return kLeast + (1 - kLeast) * t * t * (3 - 2 * t);
  }

  /// Faces in one batch on CUDA, twice as many chips with their mirror images: enough to fill a
  /// large device at 160 pixels. A batch that is too large for its memory is run face by face.
  static constexpr std::size_t kLargestBatch = 16;

  ComputeDevice device_;
  std::string description_;
  ChipTemplate template_;
  FaceWienerRunner network_;
  std::unique_ptr<BatchQueue> estimates_;     // on CUDA
  std::unique_ptr<BatchQueue> refinements_;   // on CUDA
  std::unique_ptr<BatchQueue> measurements_;  // on CUDA
};

}  // namespace

std::unique_ptr<FaceRestorer> MakeFaceWienerRestorer(bool corrects_kernel, ModelFile model,
                                                     const ComputeDevice& device) {
  return std::make_unique<FaceWienerRestorer>(corrects_kernel, std::move(model), device);
}

}  // namespace facedeblur
