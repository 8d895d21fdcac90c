#include "facedeblur/util/error.h"
#include "facedeblur/weights/model_file.h"
#include "nn/chip_tensor.h"
#include "nn/face_wiener_net.h"
#include "train/objective.h"
#include "train/self_test_pattern.h"

namespace facedeblur {
namespace {

class FaceWienerObjective : public Objective {
 public:
  FaceWienerObjective(const LossOptions& losses, const torch::Device& device, bool second_estimate)
      : losses_(losses),
        image_loss_(losses, device),
        net_(second_estimate),
        second_estimate_(second_estimate) {}

  torch::nn::Module& module() override { return *net_; }

  void CheckPairs(const PairOptions& pairs) const override {
    if (pairs.chip_size == KernelNetImpl::kWindow &&
        pairs.kernel.max_size == KernelNetImpl::kKernel) {
      return;
    }
    throw Error(ErrorKind::kUsage, "the face network needs chips of 128 and kernels of 27 pixels");
  }

  /// Some steps train only the kernel estimate: it needs the most variety and is by far the
  /// cheapest part to train. In the others the restoration learns from every kind of kernel it may
  /// meet: mostly the refined estimate, at times the first one (it must restore with that before it
  /// can be refined) or the true one (so that it knows what a right kernel allows).
  Loss ComputeLoss(const TrainingBatch& batch, Random* random) override {
    if (random->Chance(losses_.kernel_steps)) {
      Loss loss;
      loss.Add("kernel", KernelLoss(net_->EstimateFirstLogKernel(batch.blurred), batch.kernel),
               losses_.kernel);
      return loss;
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

  /// Weights with one kernel estimate also start a network with two: the second one begins as a
  /// copy of the first.
  void LoadWeights(Bytes bytes) override {
    ModelFile model = ReadModelFile(std::move(bytes));
    if (second_estimate_ && model.network == InfoOf(NetworkId::kFaceWiener1).name) {
      for (const auto& item : net_->named_parameters()) {
        if (item.key().rfind("r.", 0) == 0) model.tensors[item.key()] = FromTorch(item.value());
      }
    }
    LoadTensors(model.tensors, net_.get());
  }

  Bytes Serialize(const ModelNotes& notes) override {
    ModelFile model;
    model.network = notes.network;
    model.chip_template = FaceNetworkTemplate();
    model.training = notes.training;
    model.license = notes.license;
    for (const auto& item : net_->named_parameters()) {
      // What is stored is what the self-test must be run with.
      model.tensors[item.key()] = FromTorch(item.value().to(torch::kFloat16));
    }
    AddSelfTest(&model);
    return SerializeModelFile(model, /*half_precision=*/true);
  }

 private:
  Loss LossOf(const TrainingBatch& batch, const FaceWienerNetImpl::KernelEstimates& estimates,
              const torch::Tensor& restored) const {
    Loss loss = image_loss_(restored, batch);
    loss.Add("kernel", KernelLoss(estimates.first, batch.kernel), losses_.kernel);
    if (second_estimate_) {
      loss.Add("kernel2", KernelLoss(estimates.last, batch.kernel), losses_.kernel);
    }
    return loss;
  }

  void AddSelfTest(ModelFile* model) const {
    FaceWienerNet rounded(second_estimate_);
    LoadTensors(model->tensors, rounded.get());
    rounded->eval();
    const c10::InferenceMode inference;
    constexpr int kSize = KernelNetImpl::kWindow;
    const cv::Mat pattern = SelfTestPattern(kSize);
    cv::Mat chip;
    pattern.convertTo(chip, CV_32F, 1 / 255.0);
    const cv::Mat output = ChipFromTensor(rounded->forward(TensorFromChip(chip)));
    model->self_test.input = {{kSize, kSize, 3}, {pattern.datastart, pattern.dataend}};
    model->self_test.output = {{kSize, kSize, 3},
                               {output.ptr<float>(), output.ptr<float>() + output.total() * 3}};
    model->self_test.tolerance = 5e-3;
  }

  LossOptions losses_;
  ImageLoss image_loss_;
  FaceWienerNet net_;
  bool second_estimate_;
};

}  // namespace

std::unique_ptr<Objective> MakeFaceWienerObjective(const LossOptions& losses,
                                                   const torch::Device& device,
                                                   bool second_estimate) {
  return std::make_unique<FaceWienerObjective>(losses, device, second_estimate);
}

}  // namespace facedeblur
