#include "facedeblur/util/error.h"
#include "facedeblur/weights/model_file.h"
#include "nn/face_wiener_net.h"
#include "nn/file_tensor.h"
#include "train/model_file_maker.h"
#include "train/objective.h"

namespace facedeblur {
namespace {

class FaceWienerObjective : public Objective {
 public:
  FaceWienerObjective(const LossOptions& losses, const torch::Device& device, bool corrects_kernel)
      : losses_(losses), image_loss_(losses, device), net_(corrects_kernel) {}

  torch::nn::Module& module() override { return *net_; }

  void CheckPairs(const PairOptions& pairs) const override {
    if (pairs.chip_size == KernelNetImpl::kWindow &&
        pairs.kernel.max_size == KernelNetImpl::kKernel) {
      return;
    }
    throw Error(ErrorKind::kUsage, "the face network needs chips of 128 and kernels of 27 pixels");
  }

  /// Some steps train only an estimate of the kernel: these need the most variety and are the
  /// cheapest parts to train. In the others the restoration learns from every kind of kernel it may
  /// meet: mostly what it is used with in the end, at times the first estimate (it must restore
  /// with that before it can be improved) or the true kernel (so that it knows what a right one
  /// allows).
  Loss ComputeLoss(const TrainingBatch& batch, Random* random) override {
    const double step = random->Uniform(0, 1);
    if (step < losses_.kernel_steps) return FirstEstimateLoss(batch);
    if (step < losses_.kernel_steps + losses_.correction_steps && net_->corrects_kernel()) {
      return CorrectionLoss(batch, random);
    }
    const Estimates estimates = Estimate(batch);
    const double pick = random->Uniform(0, 1);
    const torch::Tensor kernel = pick < 0.15   ? batch.kernel
                                 : pick < 0.35 ? estimates.first.exp()
                                               : Solve(batch, estimates, RandomRounds(random));
    return LossOf(batch, estimates, net_->RestoreWithKernel(batch.blurred, kernel));
  }

  Loss ValidationLoss(const TrainingBatch& batch, torch::Tensor* restored) override {
    const Estimates estimates = Estimate(batch);
    const torch::Tensor kernel = net_->ImproveKernel(batch.blurred, estimates.first.exp());
    *restored = net_->RestoreWithKernel(batch.blurred, kernel);
    return LossOf(batch, estimates, *restored);
  }

  /// Weights of a network that does not correct kernels also start one that does.
  void LoadWeights(Bytes bytes) override {
    ModelFile model = ReadModelFile(std::move(bytes));
    if (!net_->corrects_kernel() || model.network != InfoOf(NetworkId::kFaceWiener1).name) {
      LoadTensors(std::move(model.tensors), net_.get());
      return;
    }
    FaceWienerNet uncorrected(/*corrects_kernel=*/false);
    LoadTensors(std::move(model.tensors), uncorrected.get());
    net_->StartAs(*uncorrected);
  }

  Bytes Serialize(const std::string& network, const WeightsNotes& notes) override {
    ModelFile model = MakeModelFile(*net_, network, FaceNetworkTemplate(), notes);
    FaceWienerNet rounded(net_->corrects_kernel());
    LoadTensors(model.tensors, rounded.get());
    rounded->eval();
    AddSelfTest(
        [&rounded](const torch::Tensor& chip) {
          return FromTorch(rounded->forward(chip).clamp(0, 1)[0].permute({1, 2, 0}));
        },
        &model);
    return SerializeModelFile(model, /*half_precision=*/true);
  }

 private:
  /// In use kernels are solved for in several rounds, and each needs a restoration.
  static int RandomRounds(Random* random) { return random->Integer(1, FaceWienerNetImpl::kRounds); }

  /// Log kernels.
  struct Estimates {
    torch::Tensor first;
    torch::Tensor corrected;  ///< undefined where the network does not correct
  };

  Estimates Estimate(const TrainingBatch& batch) {
    Estimates estimates;
    estimates.first = EstimateFirst(batch);
    if (net_->corrects_kernel()) {
      estimates.corrected = net_->CorrectLogKernel(batch.blurred, estimates.first.detach().exp());
    }
    return estimates;
  }

  torch::Tensor EstimateFirst(const TrainingBatch& batch) {
    const torch::AutoGradMode with_gradient(torch::GradMode::is_enabled() &&
                                            !losses_.keep_estimate);
    return net_->EstimateFirstLogKernel(batch.blurred);
  }

  torch::Tensor Solve(const TrainingBatch& batch, const Estimates& estimates, int rounds) {
    const torch::NoGradGuard no_grad;
    torch::Tensor prior = estimates.first.exp();
    if (estimates.corrected.defined()) {
      prior = FaceWienerNetImpl::MixKernels(prior, estimates.corrected.exp());
    }
    return net_->SolveKernel(batch.blurred, prior, rounds);
  }

  /// What a kernel may be when it is corrected: the first estimate, that corrected once, or solved
  /// for from there.
  torch::Tensor KernelSoFar(const TrainingBatch& batch, Random* random) {
    const torch::NoGradGuard no_grad;
    const double pick = random->Uniform(0, 1);
    torch::Tensor first = net_->EstimateFirstLogKernel(batch.blurred).exp();
    if (pick < 0.25) return first;
    torch::Tensor corrected = net_->CorrectLogKernel(batch.blurred, first).exp();
    if (pick < 0.5) return corrected;
    return net_->SolveKernel(batch.blurred, FaceWienerNetImpl::MixKernels(first, corrected),
                             random->Integer(1, 2));
  }

  Loss FirstEstimateLoss(const TrainingBatch& batch) {
    Loss loss;
    loss.Add("kernel", KernelLoss(net_->EstimateFirstLogKernel(batch.blurred), batch.kernel),
             losses_.kernel);
    return loss;
  }

  Loss CorrectionLoss(const TrainingBatch& batch, Random* random) {
    const torch::Tensor so_far = KernelSoFar(batch, random);
    Loss loss;
    loss.Add("correction", KernelLoss(net_->CorrectLogKernel(batch.blurred, so_far), batch.kernel),
             losses_.kernel);
    return loss;
  }

  Loss LossOf(const TrainingBatch& batch, const Estimates& estimates,
              const torch::Tensor& restored) const {
    Loss loss = image_loss_(restored, batch);
    loss.Add("kernel", KernelLoss(estimates.first, batch.kernel), losses_.kernel);
    if (estimates.corrected.defined()) {
      loss.Add("correction", KernelLoss(estimates.corrected, batch.kernel), losses_.kernel);
    }
    return loss;
  }

  LossOptions losses_;
  ImageLoss image_loss_;
  FaceWienerNet net_;
};

}  // namespace

std::unique_ptr<Objective> MakeFaceWienerObjective(const LossOptions& losses,
                                                   const torch::Device& device,
                                                   bool corrects_kernel) {
  return std::make_unique<FaceWienerObjective>(losses, device, corrects_kernel);
}

}  // namespace facedeblur
