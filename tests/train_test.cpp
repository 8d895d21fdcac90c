#include "facedeblur/networks/train.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <opencv2/imgcodecs.hpp>
#include <set>
#include <string>

#include "dataset_fixture.h"
#include "facedeblur/backend/default_training.h"
#include "facedeblur/finder/window_folder.h"
#include "facedeblur/image/write_png.h"
#include "facedeblur/networks/restorers.h"
#include "facedeblur/nn/device.h"
#include "facedeblur/nn/precision.h"
#include "facedeblur/util/error.h"
#include "facedeblur/weights/keras_weights.h"
#include "facedeblur/weights/model_file.h"
#include "nn/mixed_precision.h"
#include "support.h"
#include "train/batch_loader.h"
#include "train/losses.h"
#include "train/objective.h"
#include "train/training_batch.h"
#include "train/training_curves.h"
#include "train/training_log.h"
#include "train/training_state.h"
#include "train/window_set.h"

namespace facedeblur {
namespace {

using testing::SampleFaces;
using testing::TempFolder;

double Difference(const cv::Mat& a, const cv::Mat& b) { return cv::norm(a, b, cv::NORM_INF); }

TEST(BatchLoader, SameBatchesForAnyNumberOfThreads) {
  BatchLoader one(SampleFaces(), {}, 5, 2, 3, 1);
  BatchLoader three(SampleFaces(), {}, 5, 2, 3, 3);
  for (int b = 0; b < 5; ++b) {
    const auto x = one.Next();
    const auto y = three.Next();
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(Difference(x[i].blurred, y[i].blurred), 0);
      EXPECT_EQ(
          Difference(
              x[i].blurred,
              DrawPair(SampleFaces(), {}, 5, static_cast<std::uint64_t>(b + 3) * 2 + i).blurred),
          0);
    }
  }
}

TEST(Losses, FollowTheirDefinitions) {
  const torch::Tensor a = torch::zeros({1, 3, 4, 4});
  torch::Tensor b = torch::zeros({1, 3, 4, 4});
  b[0][1][2][3] = 0.5;
  torch::Tensor weights = torch::ones({1, 1, 4, 4});
  weights[0][0][2][3] = 3;
  const double at = std::sqrt(0.25 + 1e-6);
  const double expected = (at * 3 + 2 * 1e-3 * 3 + 45 * 1e-3) / 48 / (18.0 / 16);
  EXPECT_NEAR(CharbonnierLoss(a, b, weights).item<double>(), expected, 1e-6);
  // A single pixel has a flat spectrum: |re| + |im| of a unit phase on a 4x3 half plane.
  double sum = 0;
  for (int u = 0; u < 4; ++u) {
    for (int v = 0; v < 3; ++v) {
      const double phase = -2 * M_PI * (2 * u + 3 * v) / 4;
      sum += 0.5 * (std::abs(std::cos(phase)) + std::abs(std::sin(phase)));
    }
  }
  EXPECT_NEAR(FourierLoss(a, b).item<double>(), sum / (3 * 4 * 3 * 2) / 2, 1e-6);
  torch::Tensor kernel = torch::zeros({1, 3, 3});
  kernel[0][1][1] = 0.75;
  kernel[0][0][0] = 0.25;
  const torch::Tensor uniform = torch::full({1, 3, 3}, std::log(1 / 9.0));
  EXPECT_NEAR(KernelLoss(uniform, kernel).item<double>(), std::log(9.0), 1e-6);
}

TEST(Losses, OfImagesAreFoundOneByOne) {
  const torch::Tensor a = torch::rand({3, 3, 8, 8});
  const torch::Tensor b = torch::rand({3, 3, 8, 8});
  const torch::Tensor weights = 1 + torch::rand({3, 1, 8, 8});
  const torch::Tensor charbonnier = CharbonnierLoss(a, b, weights);
  const torch::Tensor fourier = FourierLoss(a, b);
  for (int i = 0; i < 3; ++i) {
    const auto one = [i](const torch::Tensor& x) { return x.slice(0, i, i + 1); };
    EXPECT_NEAR(charbonnier[i].item<double>(),
                CharbonnierLoss(one(a), one(b), one(weights)).item<double>(), 1e-6);
    EXPECT_NEAR(fourier[i].item<double>(), FourierLoss(one(a), one(b)).item<double>(), 1e-5);
  }
}

TEST(Losses, BalanceFollowsTheLogarithm) {
  torch::Tensor errors = torch::tensor({0.01, 0.03, 0.08}, torch::kFloat64);
  EXPECT_TRUE(torch::equal(BalanceWeights(errors, 0), torch::ones_like(errors)));
  errors.requires_grad_();
  (errors * BalanceWeights(errors, 1)).sum().backward();
  const torch::Tensor gradient = errors.grad().clone();
  errors.mutable_grad().zero_();
  errors.log().sum().backward();
  const torch::Tensor ratio = gradient / errors.grad();
  EXPECT_TRUE(torch::allclose(ratio, ratio[1].expand(3)));
  Loss loss;
  const torch::Tensor balance = BalanceWeights(errors, 1);
  loss.Add("pixel", errors, balance, 2);
  EXPECT_NEAR(loss.terms.at(0).second.item<double>(), 0.04, 1e-12) << "reported as it is";
  EXPECT_NEAR(loss.total.item<double>(), 2 * (errors * balance).mean().item<double>(), 1e-12);
  const torch::Tensor sharp = torch::tensor({1e-3, 1e-9});
  EXPECT_EQ(BalanceWeights(sharp, 1)[0].item<float>(), BalanceWeights(sharp, 1)[1].item<float>());
}

TrainerOptions TinyRun(const std::filesystem::path& output) {
  TrainerOptions options;
  options.output = output;
  options.samples = 8;
  options.batch = 2;
  options.threads = 1;
  options.warmup = 2;
  options.validate_every = 8;
  options.validation_pairs = 2;
  options.losses.kernel_steps = 0.3;        // steps of both kinds
  options.precision = Precision::kFloat32;  // auto depends on a timing
  return options;
}

void RunTiny(const TrainerOptions& options, int stop_after = 1000) {
  int steps = 0;
  Train(
      SampleFaces(), SampleFaces(), options, {}, [](const TrainingProgress&) {},
      [&] { return steps++ >= stop_after; });
}

class TrainBy : public ::testing::TestWithParam<Optimizer> {};

TEST_P(TrainBy, SameSeedSameWeightsAndResumingChangesNothing) {
  ConfigureInference();
  const auto tiny_run = [](const TempFolder& folder) {
    TrainerOptions options = TinyRun(folder.path());
    options.optimizer = GetParam();
    return options;
  };
  const TempFolder first;
  const TempFolder second;
  const TempFolder resumed;
  RunTiny(tiny_run(first));
  RunTiny(tiny_run(second));
  const Bytes weights = ReadFile(first / "weights.h5");
  EXPECT_EQ(weights, ReadFile(second / "weights.h5"));
  RunTiny(tiny_run(resumed), 3);
  EXPECT_NE(weights, ReadFile(resumed / "weights.h5"));
  RunTiny(tiny_run(resumed));
  EXPECT_EQ(weights, ReadFile(resumed / "weights.h5"));
  // What was trained is a model like any other.
  EXPECT_NO_THROW(LoadRestorer(first / "weights.h5", {}));
  EXPECT_TRUE(std::filesystem::exists(first / "best.h5"));
  EXPECT_TRUE(std::filesystem::exists(first / "log.jsonl"));
}

INSTANTIATE_TEST_SUITE_P(AdamW, TrainBy, ::testing::Values(Optimizer::kAdamW));
INSTANTIATE_TEST_SUITE_P(Muon, TrainBy, ::testing::Values(Optimizer::kMuon));

/// A state whose tensors are said to have been on another kind of device, one that this LibTorch
/// does not have.
void ClaimAnotherDevice(const std::filesystem::path& state) {
  const Bytes bytes = ReadFile(state);
  std::string text(bytes.begin(), bytes.end());
  const std::string cpu("X\3\0\0\0cpu", 8);  // a string of three letters, pickled
  int found = 0;
  for (std::size_t at = 0; (at = text.find(cpu, at)) != std::string::npos; at += cpu.size()) {
    text.replace(at, cpu.size(), std::string("X\3\0\0\0hip", 8));
    ++found;
  }
  EXPECT_GT(found, 0);
  testing::WriteBytes(state, Bytes(text.begin(), text.end()));
}

TEST(Train, AStateFromAnotherDeviceIsTakenUp) {
  ConfigureInference();
  const TempFolder folder;
  const TempFolder moved;
  const auto run_in = [](const TempFolder& run, int stop_after) {
    TrainerOptions options = TinyRun(run.path());
    options.network = NetworkId::kFaceLandmarks1;
    RunTiny(options, stop_after);
  };
  run_in(folder, 2);
  run_in(moved, 2);
  ClaimAnotherDevice(moved / "state.pt");
  run_in(folder, 1000);
  run_in(moved, 1000);
  EXPECT_EQ(ReadFile(folder / "weights.h5"), ReadFile(moved / "weights.h5"));
}

/// The weights of a run, and of another one that started from them, with changed options.
struct TwoRuns {
  decltype(ModelFile::tensors) first;
  decltype(ModelFile::tensors) second;
};

TwoRuns RunAndStartAnother(const std::function<void(TrainerOptions*)>& change) {
  ConfigureInference();
  const TempFolder first;
  const TempFolder second;
  RunTiny(TinyRun(first.path()));
  TrainerOptions options = TinyRun(second.path());
  options.init = first / "weights.h5";
  change(&options);
  RunTiny(options);
  return {ReadModelFile(ReadFile(first / "weights.h5")).tensors,
          ReadModelFile(ReadFile(second / "weights.h5")).tensors};
}

TEST(Train, StartsFromGivenWeights) {
  const TwoRuns runs = RunAndStartAnother([](TrainerOptions* options) {
    options->learning_rate = 0;
    options->weight_decay = 0;
  });
  EXPECT_EQ(runs.first.at("u.tail.weight").values, runs.second.at("u.tail.weight").values);
}

TEST(Train, ANetworkThatCorrectsStartsFromOneThatDoesNot) {
  const auto [before, after] = RunAndStartAnother([](TrainerOptions* options) {
    options->network = NetworkId::kFaceWiener3;
    options->losses.kernel_steps = 0;
    options->weight_decay = 0;
    options->learning_rate = 1e-6;
  });
  EXPECT_GT(after.size(), before.size());
  // AdamW moves a weight by no more than the learning rate in a step, 1e-6 four times here: what
  // the second run ends with is what it began with, but for that and the rounding to 16 bits.
  std::map<char, double> moved;  // by the part's letter
  for (const auto& [name, tensor] : before) {
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
      const double change = std::abs(tensor.values[i] - after.at(name).values[i]);
      ASSERT_LT(change, 2e-5 + 1e-3 * std::abs(tensor.values[i])) << name;
      moved[name[0]] = std::max(moved[name[0]], change);
    }
  }
  EXPECT_GT(moved.at('k'), 0) << "the kernel estimate was not trained";
  EXPECT_GT(moved.at('u'), 0) << "the U-Net was not trained";
  // The correction begins as the first estimate.
  const std::vector<float>& begun = before.at("k.b1.0.a.weight").values;
  const std::vector<float>& correction = after.at("r.b1.0.a.weight").values;
  ASSERT_EQ(correction.size(), begun.size());
  for (std::size_t i = 0; i < begun.size(); ++i) {
    ASSERT_NEAR(correction[i], begun[i], 2e-5 + 1e-3 * std::abs(begun[i]));
  }
  EXPECT_NE(correction, begun) << "it was not trained";
}

TEST(Train, CorrectionStepsLeaveAllElseAlone) {
  const auto [before, after] = RunAndStartAnother([](TrainerOptions* options) {
    options->network = NetworkId::kFaceWiener3;
    options->losses.kernel_steps = 0;
    options->losses.correction_steps = 1;
  });
  for (const auto& [name, tensor] : before) EXPECT_EQ(tensor.values, after.at(name).values) << name;
  EXPECT_NE(after.at("r.out.weight").values, after.at("k.out.weight").values);
}

TEST(Train, AnEstimateThatIsKeptStaysTheSame) {
  const auto [before, after] = RunAndStartAnother([](TrainerOptions* options) {
    options->network = NetworkId::kFaceWiener3;
    options->losses.kernel_steps = 0;
    options->losses.keep_estimate = true;
  });
  for (const auto& [name, tensor] : before) {
    if (name[0] == 'k') {
      EXPECT_EQ(tensor.values, after.at(name).values) << name;
    }
  }
  EXPECT_NE(after.at("u.tail.weight").values, before.at("u.tail.weight").values);
  EXPECT_NE(after.at("r.out.weight").values, after.at("k.out.weight").values);
}

TEST(Train, AResumedRunKeepsItsPrecision) {
  ConfigureInference();
  if (!HasBfloat16({})) GTEST_SKIP() << "this processor has no bf16";
  for (const Precision precision : {Precision::kFloat32, Precision::kBfloat16}) {
    const TempFolder straight;
    const TempFolder resumed;
    TrainerOptions options = TinyRun(straight.path());
    options.precision = precision;
    RunTiny(options);
    options.output = resumed.path();
    RunTiny(options, 1);
    options.precision = Precision::kAuto;
    RunTiny(options);
    EXPECT_TRUE(ReadFile(straight / "weights.h5") == ReadFile(resumed / "weights.h5"))
        << "bf16: " << (precision == Precision::kBfloat16);
  }
}

TEST(TrainingState, KeepsTheBestScoreAndThePrecision) {
  const auto objective = MakeFaceWienerObjective({}, torch::kCPU, /*corrects_kernel=*/false);
  const TempFolder folder;
  TrainingState saved(objective.get(), Optimizer::kAdamW, 0, 8);
  saved.step = 7;
  saved.best_score = 26.9;
  saved.bfloat16 = true;
  SaveState(folder / "state.pt", saved);
  TrainingState loaded(objective.get(), Optimizer::kAdamW, 0, 8);
  LoadState(folder / "state.pt", torch::kCPU, &loaded);
  EXPECT_EQ(loaded.step, 7);
  EXPECT_EQ(loaded.best_score, 26.9);
  EXPECT_EQ(loaded.bfloat16, std::optional<bool>(true));
}

TEST(TrainingState, IsNotResumedWithStepsOfAnotherSize) {
  const auto objective = MakeFaceWienerObjective({}, torch::kCPU, /*corrects_kernel=*/false);
  const TempFolder folder;
  SaveState(folder / "state.pt", TrainingState(objective.get(), Optimizer::kAdamW, 0, 16));
  TrainingState other(objective.get(), Optimizer::kAdamW, 0, 8);
  try {
    LoadState(folder / "state.pt", torch::kCPU, &other);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("--batch 16"), std::string::npos) << error.what();
  }
}

TEST(FaceWienerObjective, EveryPartLearnsInAStepThatRestoresAlsoInBfloat16) {
  LossOptions losses;
  losses.kernel_steps = 0;
  torch::manual_seed(12);
  const auto objective = MakeFaceWienerObjective(losses, torch::kCPU, /*corrects_kernel=*/true);
  const TrainingBatch batch = ToBatch({DrawPair(SampleFaces(), {}, 3, 0)}, torch::kCPU);
  for (const bool bfloat16 : {false, true}) {
    objective->module().zero_grad();
    Random random(1, 2);
    const MixedPrecision mixed(bfloat16, torch::kCPU);
    objective->ComputeLoss(batch, &random).total.backward();
    for (const auto& parameter : objective->module().named_parameters()) {
      const torch::Tensor& gradient = parameter.value().grad();
      ASSERT_TRUE(gradient.defined()) << parameter.key() << ", bf16: " << bfloat16;
      EXPECT_GT(gradient.abs().sum().item<double>(), 0) << parameter.key();
    }
  }
}

TEST(Train, TheReferenceNetworkBecomesAKerasFile) {
  ConfigureInference();
  const TempFolder folder;
  const TempFolder resumed;
  TrainerOptions options = TinyRun(folder.path());
  options.network = NetworkId::kReference15;
  options.pairs = DefaultTraining(options.network).pairs;
  options.samples = 6;
  options.crops = 0.5;
  RunTiny(options);
  const auto layers = ReadKerasWeights(ReadFile(folder / "weights.h5")).layers;
  EXPECT_EQ(layers.size(), 28U);
  EXPECT_EQ(LoadRestorer(folder / "weights.h5", {})->chip_template().size, 64);
  // The statistics of the normalisations are part of the state; crops end where they would have.
  options.output = resumed.path();
  RunTiny(options, 2);
  RunTiny(options);
  EXPECT_EQ(ReadFile(folder / "weights.h5"), ReadFile(resumed / "weights.h5"));
}

TEST(ReferenceObjective, BeginsAsTheIdentityAndLearnsInBfloat16Too) {
  const TrainerOptions defaults = DefaultTraining(NetworkId::kReference15);
  torch::manual_seed(6);
  const auto objective = MakeReferenceObjective(defaults.losses, torch::kCPU);
  TrainingBatch batch = ToBatch({DrawPair(SampleFaces(), defaults.pairs, 3, 0)}, torch::kCPU);
  batch.sharp = batch.blurred;
  objective->module().train();
  for (const bool bfloat16 : {false, true}) {
    const MixedPrecision mixed(bfloat16, torch::kCPU);
    Random random(1, 2);
    EXPECT_LT(objective->ComputeLoss(batch, &random).total.item<double>(), 0.005)
        << "bf16: " << bfloat16;
  }
}

TEST(RandomCrops, CutTheSamePlaceOutOfAllImages) {
  const PairOptions pairs = DefaultTraining(NetworkId::kReference15).pairs;
  TrainingBatch batch = ToBatch(
      {DrawPair(SampleFaces(), pairs, 3, 0), DrawPair(SampleFaces(), pairs, 3, 1)}, torch::kCPU);
  const std::int64_t side = pairs.chip_size;
  const torch::Tensor places = torch::arange(2 * side * side, torch::kFloat32);
  batch.structure = places.view({2, 1, side, side});
  batch.blurred = batch.structure.expand({2, 3, side, side});
  batch.sharp = batch.blurred + 0.5;
  constexpr int kSize = 24;
  std::set<float> corners;
  Random random(1, 2);
  for (int draw = 0; draw < 20; ++draw) {
    const TrainingBatch crops = RandomCrops(batch, kSize, &random);
    ASSERT_EQ(crops.structure.sizes(), c10::IntArrayRef({2, 1, kSize, kSize}));
    EXPECT_TRUE(torch::equal(crops.blurred, crops.structure.expand_as(crops.blurred)));
    EXPECT_TRUE(torch::equal(crops.sharp, crops.blurred + 0.5));
    for (int image = 0; image < 2; ++image) {
      const torch::Tensor crop = crops.structure[image][0];
      const auto first = crop[0][0].item<float>();
      corners.insert(first);
      EXPECT_EQ(crop[kSize - 1][kSize - 1].item<float>(),
                first + static_cast<float>((kSize - 1) * (side + 1)));
      EXPECT_EQ(static_cast<std::int64_t>(first) / (side * side), image);
    }
  }
  EXPECT_GT(corners.size(), 20U) << "they are drawn";
}

TEST(Train, LandmarksAreLearntAndTheirFeaturesUsed) {
  ConfigureInference();
  const TempFolder folder;
  TrainerOptions options = TinyRun(folder / "landmarks");
  options.network = NetworkId::kFaceLandmarks1;
  options.samples = 240;
  options.batch = 4;
  options.validate_every = 120;
  options.learning_rate = 1e-3;
  options.ema = 0.5;
  std::vector<double> losses;
  Train(
      SampleFaces(), SampleFaces(), options, {},
      [&](const TrainingProgress& p) { losses.push_back(p.validation_losses.at("landmarks")); },
      [] { return false; });
  ASSERT_EQ(losses.size(), 2U);
  EXPECT_LT(losses[1], losses[0]);
  TrainerOptions with_features = TinyRun(folder / "features");
  with_features.losses.feature_network = folder / "landmarks" / "weights.h5";
  with_features.losses.kernel_steps = 0;
  bool seen = false;
  Train(
      SampleFaces(), SampleFaces(), with_features, {},
      [&](const TrainingProgress& p) { seen = seen || p.losses.count("feature") > 0; },
      [] { return false; });
  EXPECT_TRUE(seen);
}

/// Windows of two kinds: bright in the middle, or beside it.
void WriteWindowsTo(const std::filesystem::path& folder, int count) {
  for (const bool face : {true, false}) {
    const auto kind = folder / (face ? kFaceWindows : kOtherWindows);
    std::filesystem::create_directories(kind);
    for (int i = 0; i < count; ++i) {
      cv::Mat picture(88, 88, CV_8UC1, cv::Scalar(40 + 10 * i));
      picture(cv::Rect(face ? 34 : 10, 34, 20, 20)).setTo(200);
      WritePng(kind / (std::to_string(i) + ".png"), picture);
    }
  }
}

TEST(WindowSet, DrawsShiftedWindowsOfBothKinds) {
  const TempFolder folder;
  WriteWindowsTo(folder.path(), 3);
  const WindowSet windows(folder.path(), torch::kCPU);
  Random random(1);
  const WindowBatch batch = windows.Draw(100, &random);
  ASSERT_EQ(batch.chips.sizes(), (std::vector<std::int64_t>{100, 3, 64, 64}));
  const double faces = batch.face.sum().item<double>();
  EXPECT_GT(faces, 30);
  EXPECT_LT(faces, 70);
  for (std::int64_t i = 0; i < 100; ++i) {  // shifts of 3 pixels leave the middle what it was
    const double middle = batch.chips[i][0][32][32].item<double>();
    EXPECT_EQ(std::abs(middle - 200 / 255.0) < 1e-6, batch.face[i].item<double>() == 1) << i;
  }
  Random again(1);
  EXPECT_TRUE(torch::equal(windows.Draw(100, &again).chips, batch.chips));
}

TEST(WindowSet, WhatIsMissingOrNoWindowIsNamed) {
  const TempFolder folder;
  const auto message = [&] {
    try {
      const WindowSet windows(folder.path(), torch::kCPU);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(message().find(kFaceWindows), std::string::npos);
  WriteWindowsTo(folder.path(), 1);
  EXPECT_EQ(message(), "");
  WritePng(folder / kOtherWindows / "small.png", cv::Mat(64, 64, CV_8UC1, cv::Scalar(0)));
  EXPECT_NE(message().find("small.png"), std::string::npos);
}

TEST(Train, WindowsAreLearntBesideThePairs) {
  ConfigureInference();
  const TempFolder folder;
  WriteWindowsTo(folder / "windows", 3);
  TrainerOptions options = TinyRun(folder / "run");
  options.network = NetworkId::kFaceLandmarks2;
  options.pairs.chip_size = 64;
  options.pairs.min_eye_distance = options.pairs.max_eye_distance = 17;
  options.losses.windows = folder / "windows";
  options.samples = 480;
  options.batch = 8;
  options.validate_every = 480;
  options.learning_rate = 1e-3;
  std::vector<double> losses;
  Train(
      SampleFaces(), SampleFaces(), options, {},
      [&](const TrainingProgress& p) { losses.push_back(p.losses.at("windows")); },
      [] { return false; });
  ASSERT_EQ(losses.size(), 2U);
  EXPECT_LT(losses[1], 0.5 * losses[0]);
  options.network = NetworkId::kFaceLandmarks1;
  EXPECT_THROW(options.Validate(), Error);
}

TEST(Losses, FeaturesAreComparedRelativeToTheTrueOnes) {
  class Doubler : public FeatureExtractor {
   public:
    std::vector<torch::Tensor> Features(const torch::Tensor& x) override { return {x, 2 * x}; }
  };
  Doubler doubler;
  const torch::Tensor sharp = torch::full({1, 3, 4, 4}, 0.5);
  torch::Tensor restored = torch::full({1, 3, 4, 4}, 0.6, torch::requires_grad());
  const torch::Tensor loss = FeatureLoss(&doubler, restored, sharp);
  EXPECT_NEAR(loss.item<double>(), 0.2, 1e-5);
  loss.backward();
  EXPECT_GT(restored.grad().abs().sum().item<double>(), 0);
}

TEST(TrainingLog, DropsWhatWasNotSaved) {
  const TempFolder folder;
  const auto file = folder / "log.jsonl";
  {
    TrainingLog log(file, 0);
    for (const std::int64_t samples : {100, 200, 300}) {
      TrainingProgress progress;
      progress.samples = samples;
      progress.losses["pixel"] = 1.0 / static_cast<double>(samples);
      progress.validation_losses["pixel"] = 0.5;
      progress.restored_psnr = 25;
      log.Append(progress);
    }
  }
  TrainingLog resumed(file, 200);
  const auto lines = resumed.Read();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[1].at("pixel"), 1.0 / 200);
  EXPECT_EQ(lines[1].at("validation_pixel"), 0.5);
  WritePlots(resumed, folder.path());
  EXPECT_FALSE(cv::imread((folder / "loss.png").string()).empty());
  EXPECT_FALSE(cv::imread((folder / "psnr.png").string()).empty());
}

TEST(TrainingLog, LinesThatAreNoObjectHoldNothing) {
  const TempFolder folder;
  const auto file = folder / "log.jsonl";
  testing::WriteText(file,
                     "{\"samples\":100,\"pixel\":0.5,\"kernel\":null}\n{\"samples\":200,\"pi");
  const auto lines = TrainingLog(file, 1000).Read();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].at("pixel"), 0.5);
  EXPECT_EQ(lines[0].count("kernel"), 0U);
}

TEST(Train, NonsenseIsRefusedByName) {
  const TempFolder folder;
  const auto message = [&](const std::function<void(TrainerOptions*)>& spoil) {
    TrainerOptions options = TinyRun(folder.path());
    spoil(&options);
    try {
      RunTiny(options);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(message([](TrainerOptions* o) { o->batch = 0; }).find("batch"), std::string::npos);
  EXPECT_NE(message([](TrainerOptions* o) { o->samples = 1; }).find("pairs"), std::string::npos);
  EXPECT_NE(message([](TrainerOptions* o) { o->ema = 1; }).find("decay"), std::string::npos);
  EXPECT_NE(message([](TrainerOptions* o) { o->learning_rate = -1; }).find("learning rate"),
            std::string::npos);
  EXPECT_NE(message([](TrainerOptions* o) { o->clip = std::nan(""); }).find("gradient"),
            std::string::npos);
  EXPECT_NE(message([](TrainerOptions* o) { o->losses.fourier = -1; }).find("losses"),
            std::string::npos);
  EXPECT_NE(message([](TrainerOptions* o) { o->crops = 1.5; }).find("crops"), std::string::npos);
  EXPECT_NE(message([](TrainerOptions* o) { o->crops = 0.5; }).find("face-wiener-1 cannot"),
            std::string::npos);
  EXPECT_NE(message([](TrainerOptions* o) {
              o->crops = 0.5;
              o->crop_size = 129;
            }).find("larger than the chips"),
            std::string::npos);
  EXPECT_NE(message([](TrainerOptions* o) { o->width = 0; }).find("width"), std::string::npos);
  EXPECT_NE(message([](TrainerOptions* o) { o->width = 0.5; }).find("face-wiener-1 cannot"),
            std::string::npos);
  EXPECT_NE(message([](TrainerOptions* o) { o->pairs.chip_size = 64; }).find("128"),
            std::string::npos);
}

TEST(Train, DamagedStateIsNamed) {
  const TempFolder folder;
  testing::WriteText(folder / "state.pt", "no state");
  try {
    RunTiny(TinyRun(folder.path()));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    EXPECT_NE(std::string(error.what()).find("state.pt"), std::string::npos);
  }
}

}  // namespace
}  // namespace facedeblur
