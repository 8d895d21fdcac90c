#include "train/objective.h"

#include <torch/fft.h>

#include <utility>

#include "facedeblur/nn/reference_spec.h"
#include "facedeblur/util/error.h"
#include "nn/chip_tensor.h"
#include "nn/face_wiener_net.h"

namespace facedeblur {
namespace {

torch::Tensor StackChips(const std::vector<TrainingPair>& pairs, cv::Mat TrainingPair::*member) {
  std::vector<torch::Tensor> chips;
  for (const TrainingPair& pair : pairs) chips.push_back(TensorFromChip(pair.*member));
  return torch::cat(chips, 0);
}

torch::Tensor StackPlanes(const std::vector<TrainingPair>& pairs, cv::Mat TrainingPair::*member) {
  std::vector<torch::Tensor> planes;
  for (const TrainingPair& pair : pairs) {
    const cv::Mat& plane = pair.*member;
    planes.push_back(
        torch::from_blob(const_cast<float*>(plane.ptr<float>()), {plane.rows, plane.cols}).clone());
  }
  return torch::stack(planes, 0);
}

class FaceWienerObjective : public Objective {
 public:
  FaceWienerObjective(const LossOptions& losses, bool second_estimate)
      : losses_(losses), net_(second_estimate), second_estimate_(second_estimate) {}

  torch::nn::Module& module() override { return *net_; }

  /// Some steps train only the kernel estimate: it needs the most variety and is by far the
  /// cheapest part to train. In the others the restoration learns from every kind of kernel it may
  /// meet: mostly the refined estimate, at times the first one (it must restore with that before it
  /// can be refined) or the true one (so that it knows what a right kernel allows).
  Loss ComputeLoss(const TrainingBatch& batch, Random* random) override {
    if (random->Chance(losses_.kernel_steps)) {
      const torch::Tensor kernel =
          KernelLoss(net_->EstimateFirstLogKernel(batch.blurred), batch.kernel);
      return {losses_.kernel * kernel, {{"kernel", kernel}}};
    }
    const auto estimates = net_->EstimateLogKernels(batch.blurred);
    const double pick = random->Uniform(0, 1);
    const torch::Tensor kernel = pick < 0.15   ? batch.kernel
                                 : pick < 0.35 ? estimates.first.exp()
                                               : estimates.last.exp();
    return LossOf(batch, estimates, net_->RestoreWithKernel(batch.blurred, kernel));
  }

  Loss ValidationLoss(const TrainingBatch& batch, torch::Tensor* restored) override {
    const auto estimates = net_->EstimateLogKernels(batch.blurred);
    *restored = net_->RestoreWithKernel(batch.blurred, estimates.last.exp());
    return LossOf(batch, estimates, *restored);
  }

  torch::Tensor Restore(const torch::Tensor& blurred) override {
    return net_->forward(blurred).clamp(0, 1);
  }

  ModelFile EmptyModel() const override {
    ModelFile model;
    model.network = second_estimate_ ? "face-wiener-2" : "face-wiener-1";
    model.chip_template = {160,
                           {{59, 66}, {101, 66}, {80, 90.7F}, {58.6F, 108.7F}, {101.4F, 108.7F}}};
    return model;
  }

 private:
  Loss LossOf(const TrainingBatch& batch, const FaceWienerNetImpl::KernelEstimates& estimates,
              const torch::Tensor& restored) const {
    const torch::Tensor pixel =
        CharbonnierLoss(restored, batch.sharp, 1 + losses_.structure * batch.features);
    const torch::Tensor fourier = FourierLoss(restored, batch.sharp);
    const torch::Tensor first = KernelLoss(estimates.first, batch.kernel);
    Loss loss{pixel + losses_.fourier * fourier + losses_.kernel * first,
              {{"pixel", pixel}, {"fourier", fourier}, {"kernel", first}}};
    if (second_estimate_) {
      const torch::Tensor last = KernelLoss(estimates.last, batch.kernel);
      loss.total = loss.total + losses_.kernel * last;
      loss.terms.emplace_back("kernel2", last);
    }
    return loss;
  }

  LossOptions losses_;
  FaceWienerNet net_;
  bool second_estimate_;
};

}  // namespace

TrainingBatch ToBatch(const std::vector<TrainingPair>& pairs, const torch::Device& device) {
  return {StackChips(pairs, &TrainingPair::blurred).to(device),
          StackChips(pairs, &TrainingPair::sharp).to(device),
          StackPlanes(pairs, &TrainingPair::kernel).to(device),
          StackPlanes(pairs, &TrainingPair::features).unsqueeze(1).to(device)};
}

torch::Tensor CharbonnierLoss(const torch::Tensor& a, const torch::Tensor& b,
                              const torch::Tensor& weights) {
  constexpr double kEpsilon = 1e-3;
  const torch::Tensor distance = torch::sqrt((a - b).square() + kEpsilon * kEpsilon);
  return (distance * weights).mean() / weights.mean();
}

torch::Tensor FourierLoss(const torch::Tensor& a, const torch::Tensor& b) {
  const torch::Tensor spectrum = torch::fft::rfft2(a - b);
  const double half_side = 0.5 * static_cast<double>(a.size(-1));
  return torch::view_as_real(spectrum).abs().mean() / half_side;
}

torch::Tensor KernelLoss(const torch::Tensor& log_kernel, const torch::Tensor& kernel) {
  return -(kernel * log_kernel).sum({1, 2}).mean();
}

std::unique_ptr<Objective> Objective::Create(const std::string& network,
                                             const LossOptions& losses) {
  if (network == "face-wiener-1") return std::make_unique<FaceWienerObjective>(losses, false);
  if (network == "face-wiener-2") return std::make_unique<FaceWienerObjective>(losses, true);
  throw Error(ErrorKind::kUsage, "the network '" + network + "' cannot be trained");
}

}  // namespace facedeblur
