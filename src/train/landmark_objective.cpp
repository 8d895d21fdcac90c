#include <optional>
#include <utility>

#include "facedeblur/face/landmark_network_spec.h"
#include "facedeblur/util/error.h"
#include "facedeblur/weights/model_file.h"
#include "facedeblur/weights/networks.h"
#include "nn/blurred_landmark_net.h"
#include "nn/file_tensor.h"
#include "nn/landmark_net.h"
#include "train/model_file_maker.h"
#include "train/objective.h"
#include "train/window_set.h"

namespace facedeblur {
namespace {

struct FeatureLandmarks {
  using Net = LandmarkNet;
  static constexpr int kWindow = LandmarkNetImpl::kWindow;
  static ChipTemplate Template() {
    return {kWindow, {{46, 44}, {82, 44}, {64, 65}, {46, 80}, {82, 80}}};
  }
  /// Sharp chips alone: its features must tell sharp from blurred, so it should not be taught to
  /// see no difference.
  static Loss LossOf(Net* net, const TrainingBatch& batch) {
    Loss loss;
    loss.Add("landmarks", ((*net)->forward(batch.sharp) - batch.landmarks).abs().mean(), 1);
    return loss;
  }
  static void AddLoss(Net* /*net*/, std::int64_t /*count*/, Random* /*random*/, Loss* /*loss*/) {}
  static torch::Tensor Landmarks(Net* net, const torch::Tensor& chip) {
    return (*net)->forward(chip)[0];
  }
};

struct BlurredLandmarks {
  using Net = BlurredLandmarkNet;
  static constexpr int kWindow = kLandmarkChip;
  static ChipTemplate Template() {
    return {kWindow, {{23, 23}, {40, 23}, {31.5F, 33}, {23, 40}, {40, 40}}};
  }
  static Loss LossOf(Net* net, const TrainingBatch& batch) {
    const FaceReadings readings = (*net)->forward(batch.blurred);
    const torch::Tensor errors = (readings.landmarks - batch.landmarks).abs().mean({1, 2});
    constexpr double kFaceWeight = 0.03;
    Loss loss;
    loss.Add("landmarks", (errors * batch.face).sum() / batch.face.sum().clamp_min(1), 1);
    loss.Add("face", torch::binary_cross_entropy_with_logits(readings.face, batch.face),
             kFaceWeight);
    return loss;
  }
  /// Adds the loss of `count` windows, where there are any to learn.
  void AddLoss(Net* net, std::int64_t count, Random* random, Loss* loss) const {
    if (!windows) return;
    constexpr double kWindowWeight = 0.3;
    const WindowBatch batch = windows->Draw(count, random);
    const torch::Tensor face = (*net)->forward(batch.chips).face;
    loss->Add("windows", torch::binary_cross_entropy_with_logits(face, batch.face), kWindowWeight);
  }
  static torch::Tensor Landmarks(Net* net, const torch::Tensor& chip) {
    return (*net)->forward(chip).landmarks[0];
  }

  std::optional<WindowSet> windows;
};

/// A network learns to find landmarks.
template <typename Kind>
class LandmarkObjective : public Objective {
 public:
  explicit LandmarkObjective(Kind kind = {}) : kind_(std::move(kind)) {}

  torch::nn::Module& module() override { return *net_; }

  void CheckPairs(const PairOptions& pairs) const override {
    if (pairs.chip_size == Kind::kWindow) return;
    throw Error(ErrorKind::kUsage,
                "the landmark network needs chips of " + std::to_string(Kind::kWindow) + " pixels");
  }

  Loss ComputeLoss(const TrainingBatch& batch, Random* random) override {
    Loss loss = Kind::LossOf(&net_, batch);
    kind_.AddLoss(&net_, batch.blurred.size(0), random, &loss);
    return loss;
  }

  Loss ValidationLoss(const TrainingBatch& batch, torch::Tensor* /*restored*/) override {
    return Kind::LossOf(&net_, batch);
  }

  void LoadWeights(Bytes bytes) override {
    LoadTensors(ReadModelFile(std::move(bytes)).tensors, net_.get());
  }

  Bytes Serialize(const std::string& network, const WeightsNotes& notes) override {
    ModelFile model = MakeModelFile(*net_, network, Kind::Template(), notes);
    typename Kind::Net rounded;
    LoadTensors(model.tensors, rounded.get());
    AddSelfTest(
        [&rounded](const torch::Tensor& chip) {
          return FromTorch(Kind::Landmarks(&rounded, chip));
        },
        &model);
    return SerializeModelFile(model, /*half_precision=*/true);
  }

 private:
  Kind kind_;
  typename Kind::Net net_;
};

}  // namespace

std::unique_ptr<Objective> MakeLandmarkObjective() {
  return std::make_unique<LandmarkObjective<FeatureLandmarks>>();
}

std::unique_ptr<Objective> MakeBlurredLandmarkObjective(const LossOptions& losses,
                                                        const torch::Device& device) {
  BlurredLandmarks kind;
  if (!losses.windows.empty()) kind.windows.emplace(losses.windows, device);
  return std::make_unique<LandmarkObjective<BlurredLandmarks>>(std::move(kind));
}

}  // namespace facedeblur
