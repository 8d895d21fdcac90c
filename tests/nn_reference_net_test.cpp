#include <gtest/gtest.h>
#include <torch/optim/adamw.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "facedeblur/util/error.h"
#include "facedeblur/weights/reference_spec.h"
#include "keras_fixture.h"
#include "nn/reference_net.h"

namespace facedeblur {
namespace {

constexpr int kSize = 12;

/// Height x width x channels in double precision, as Keras orders it.
struct Volume {
  int channels = 0;
  std::vector<double> values;
  double& At(int y, int x, int c) {
    return values[static_cast<std::size_t>((y * kSize + x) * channels + c)];
  }
};

Volume MakeInput() {
  testing::Numbers numbers(3);
  Volume input{3, std::vector<double>(kSize * kSize * 3)};
  for (double& value : input.values) value = std::floor(numbers.Uniform(0, 256));
  return input;
}

/// Keras "same" convolution by its definition: (k-1)/2 cells before, k/2 after, zeros outside.
Volume Convolve(Volume& input, const KerasLayer& layer, const ConvolutionSpec& spec) {
  Volume output{spec.filters,
                std::vector<double>(static_cast<std::size_t>(kSize * kSize * spec.filters))};
  const auto& kernel = layer.tensors[0].values;  // height, width, in, out
  const int before = (spec.kernel - 1) / 2;
  for (int y = 0; y < kSize; ++y) {
    for (int x = 0; x < kSize; ++x) {
      for (int o = 0; o < spec.filters; ++o) {
        output.At(y, x, o) = layer.tensors[1].values[static_cast<std::size_t>(o)];
      }
      for (int i = 0; i < spec.kernel; ++i) {
        for (int j = 0; j < spec.kernel; ++j) {
          const int sy = y + i - before;
          const int sx = x + j - before;
          if (sy < 0 || sy >= kSize || sx < 0 || sx >= kSize) continue;
          for (int c = 0; c < input.channels; ++c) {
            const double value = input.At(sy, sx, c);
            const auto row = static_cast<std::size_t>(((i * spec.kernel + j) * input.channels + c) *
                                                      spec.filters);
            for (int o = 0; o < spec.filters; ++o) {
              output.At(y, x, o) += value * kernel[row + static_cast<std::size_t>(o)];
            }
          }
        }
      }
    }
  }
  return output;
}

void NormalizeAndRelu(Volume* volume, const KerasLayer& layer) {
  for (int y = 0; y < kSize; ++y) {
    for (int x = 0; x < kSize; ++x) {
      for (int c = 0; c < volume->channels; ++c) {
        const auto i = static_cast<std::size_t>(c);
        double& value = volume->At(y, x, c);
        value = layer.tensors[0].values[i] * (value - layer.tensors[2].values[i]) /
                    std::sqrt(layer.tensors[3].values[i] + 1e-3) +
                layer.tensors[1].values[i];
        value = std::max(value, 0.0);
      }
    }
  }
}

/// The network of the notebook in plain loops and doubles, sharing no code with the one under test.
Volume IndependentForward(Volume volume, const std::vector<KerasLayer>& layers) {
  std::size_t next = 0;
  for (std::size_t i = 0; i < kReferenceLayers.size(); ++i) {
    volume = Convolve(volume, layers[next++], kReferenceLayers[i]);
    if (kReferenceLayers[i].normalized) NormalizeAndRelu(&volume, layers[next++]);
  }
  for (double& value : volume.values) value = std::max(value, 0.0);
  return volume;
}

torch::Tensor Forward(ReferenceNet net, Volume& input) {
  const c10::InferenceMode inference;
  net->eval();
  torch::Tensor x = torch::empty({1, 3, kSize, kSize});
  for (int c = 0; c < 3; ++c) {
    for (int y = 0; y < kSize; ++y) {
      for (int k = 0; k < kSize; ++k) x[0][c][y][k] = input.At(y, k, c);
    }
  }
  return net->forward(x);
}

TEST(ReferenceNet, AgreesWithAnIndependentImplementation) {
  const auto layers = testing::MakeReferenceLayers();
  Volume input = MakeInput();
  Volume expected = IndependentForward(input, layers);
  for (const int steps : {0, 1, 2}) {
    ReferenceNet net;
    net->LoadKeras(layers);
    if (steps > 0) net->FoldNormalization();
    if (steps > 1) net->Pack();
    const torch::Tensor output = Forward(net, input);
    int between =
        0;  // values that clipping to 8 bits leaves alone, so that the test means something
    for (int y = 0; y < kSize; ++y) {
      for (int x = 0; x < kSize; ++x) {
        for (int c = 0; c < 3; ++c) {
          const double ours = output[0][c][y][x].item<double>();
          const double theirs = expected.At(y, x, c);
          EXPECT_NEAR(std::clamp(ours, 0.0, 255.0), std::clamp(theirs, 0.0, 255.0), 0.05);
          between += theirs > 1 && theirs < 254 ? 1 : 0;
        }
      }
    }
    EXPECT_GT(between, 50);
  }
}

double PsnrOfOutput(ReferenceNet net, const torch::Tensor& image) {
  const torch::NoGradGuard no_grad;
  const double error = (net->forward(image.clone()) - image).square().mean().item<double>();
  return 10 * std::log10(255 * 255 / std::max(error, 1e-9));
}

TEST(ReferenceNet, CanStartAtTheIdentityAlsoInTrainingMode) {
  torch::manual_seed(4);
  const torch::Tensor image = torch::rand({2, 3, 20, 20}) * 255;  // values up to the edges
  ReferenceNet net;
  net->train();
  EXPECT_LT(PsnrOfOutput(net, image), 20) << "any weights would do";
  net->StartAtIdentity();
  for (const bool training : {true, false, true}) {
    net->train(training);
    EXPECT_GT(PsnrOfOutput(net, image), 40) << "training: " << training;
  }
  // A Keras file keeps it.
  ReferenceNet read;
  read->LoadKeras(net->ToKeras());
  EXPECT_GT(PsnrOfOutput(read, image), 40);
  read->FoldNormalization();
  EXPECT_GT(PsnrOfOutput(read, image), 40);
}

TEST(ReferenceNet, EveryLayerLearnsFromTheIdentity) {
  torch::manual_seed(4);
  const torch::Tensor image = torch::rand({1, 3, 20, 20}) * 255;
  ReferenceNet net;
  net->StartAtIdentity();
  torch::optim::AdamW optimizer(net->parameters(), torch::optim::AdamWOptions(1e-3));
  std::vector<torch::Tensor> before;
  for (const torch::Tensor& p : net->parameters()) before.push_back(p.detach().clone());
  for (int step = 0; step < 3; ++step) {
    optimizer.zero_grad();
    (net->forward(image.clone()) - image.flip(3)).abs().mean().backward();
    optimizer.step();
  }
  const auto parameters = net->named_parameters();
  for (std::size_t i = 0; i < before.size(); ++i) {
    const torch::Tensor& p = parameters[i].value();
    EXPECT_FALSE(torch::equal(p, before[i])) << parameters[i].key();
  }
}

TEST(ReferenceNet, OfANarrowOneTheWholeIsTheSameFunctionAndAStartForMore) {
  torch::manual_seed(4);
  const torch::Tensor image = torch::rand({1, 3, 20, 20}) * 255;
  ReferenceNet net;
  net->StartAtIdentity();
  net->SetWidth(0.25);
  torch::optim::AdamW optimizer(net->parameters(),
                                torch::optim::AdamWOptions(1e-3).weight_decay(0));
  const torch::Tensor filters = net->named_parameters()["conv9.weight"];  // 128 to 128 channels
  const auto train = [&] {
    const torch::Tensor before = filters.detach().clone();
    for (int step = 0; step < 3; ++step) {
      for (torch::Tensor& p : net->parameters()) p.mutable_grad() = torch::Tensor();
      (net->forward(image.clone()) - image.flip(3)).abs().mean().backward();
      optimizer.step();
    }
    return (filters.detach() - before).abs().sum({2, 3}) > 0;
  };
  const torch::Tensor changed = train();
  EXPECT_TRUE(changed.slice(0, 0, 32).slice(1, 0, 32).all().item<bool>());
  EXPECT_EQ(changed.sum().item<int>(), 32 * 32);

  ReferenceNet whole;
  whole->LoadKeras(net->ToKeras());
  const torch::NoGradGuard no_grad;
  const torch::Tensor expected = net->forward(image.clone());
  EXPECT_LT((whole->forward(image.clone()) - expected).abs().max().item<double>(), 0.01);
  whole->SetWidth(0.5);
  EXPECT_LT((whole->forward(image.clone()) - expected).abs().max().item<double>(), 0.01);

  net->SetWidth(0.5);
  const at::AutoGradMode with_gradients(true);
  const torch::Tensor more = train();
  EXPECT_GT(more.slice(0, 0, 32).slice(1, 32, 64).sum().item<int>(), 1000)
      << "new channels are not taken up";
}

TEST(ReferenceNet, HasTheNotebooksParameterCount) {
  ReferenceNet net;
  std::int64_t count = 0;
  for (const auto& parameter : net->parameters()) count += parameter.numel();
  for (const auto& item : net->named_buffers()) {
    if (item.value().dim() == 1) count += item.value().numel();  // Keras counts the statistics too
  }
  EXPECT_EQ(count, 4410563);
}

TEST(ReferenceNet, WritesBackWhatItRead) {
  const auto layers = testing::MakeReferenceLayers();
  ReferenceNet net;
  net->LoadKeras(layers);
  const auto written = ReadKerasWeights(SerializeKerasWeights({net->ToKeras(), {}})).layers;
  ASSERT_EQ(written.size(), layers.size());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    for (std::size_t k = 0; k < layers[i].tensors.size(); ++k) {
      EXPECT_EQ(written[i].tensors[k].values, layers[i].tensors[k].values) << i;
    }
  }
}

TEST(ReferenceNet, WrongShapesAreNamed) {
  auto layers = testing::MakeReferenceLayers();
  layers[0].tensors[0].shape = {9, 9, 3, 128};
  layers[0].tensors[0].values.resize(9 * 9 * 3 * 128);
  ReferenceNet net;
  try {
    net->LoadKeras(layers);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "layer 'conv2d_16' has shape 9x9x3x128 where the network needs 10x10x3x128");
  }
}

TEST(ReferenceNet, RegularStacksAreRefused) {
  // A normalisation after the third convolution as well, as the notebook meant but did not do.
  auto layers = testing::MakeReferenceLayers();
  testing::Numbers numbers(5);
  layers.insert(layers.begin() + 5, {"batch_normalization_99",
                                     {numbers.Fill({320}, 0, 1), numbers.Fill({320}, 0, 1),
                                      numbers.Fill({320}, 0, 1), numbers.Fill({320}, 0, 1)}});
  ReferenceNet net;
  EXPECT_THROW(net->LoadKeras(layers), Error);
}

}  // namespace
}  // namespace facedeblur
