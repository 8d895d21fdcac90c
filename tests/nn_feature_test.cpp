#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>

#include "facedeblur/util/error.h"
#include "facedeblur/weights/keras_weights.h"
#include "keras_fixture.h"
#include "nn/feature_extractor.h"
#include "nn/landmark_net.h"
#include "nn/vgg_features.h"
#include "support.h"

namespace facedeblur {
namespace {

/// Layers as keras.applications names them, with made-up numbers.
std::vector<KerasLayer> MakeVgg(const std::vector<int>& counts, bool with_top) {
  testing::Numbers numbers(3);
  std::vector<KerasLayer> layers;
  std::int64_t channels = 3;
  const std::array<std::int64_t, 5> widths = {64, 128, 256, 512, 512};
  for (std::size_t b = 0; b < counts.size(); ++b) {
    for (int c = 0; c < counts[b]; ++c) {
      const float bound = std::sqrt(6.0F / static_cast<float>(9 * channels));
      layers.push_back({"block" + std::to_string(b + 1) + "_conv" + std::to_string(c + 1),
                        {numbers.Fill({3, 3, channels, widths[b]}, -bound, bound),
                         numbers.Fill({widths[b]}, -1, 1)}});
      channels = widths[b];
    }
  }
  if (with_top) {
    layers.push_back({"predictions", {numbers.Fill({8, 10}, -1, 1), numbers.Fill({10}, -1, 1)}});
  }
  return layers;
}

/// One 3x3 convolution with ReLU by its definition, zero padding; planes as [channel][y][x].
using Planes = std::vector<std::vector<std::vector<double>>>;
Planes Convolve(const Planes& in, const KerasLayer& layer) {
  const auto size = static_cast<int>(in[0].size());
  const auto filters = static_cast<std::size_t>(layer.tensors[0].shape[3]);
  Planes out(filters,
             std::vector<std::vector<double>>(in[0].size(), std::vector<double>(in[0].size())));
  for (std::size_t f = 0; f < filters; ++f) {
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) {
        double sum = layer.tensors[1].values[f];
        for (int i = 0; i < 3; ++i) {
          for (int j = 0; j < 3; ++j) {
            const int row = y + i - 1;
            const int column = x + j - 1;
            if (row < 0 || column < 0 || row >= size || column >= size) continue;
            for (std::size_t c = 0; c < in.size(); ++c) {
              const auto at =
                  ((static_cast<std::size_t>(i) * 3 + static_cast<std::size_t>(j)) * in.size() +
                   c) *
                      filters +
                  f;
              sum += layer.tensors[0].values[at] *
                     in[c][static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
            }
          }
        }
        out[f][static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] = std::max(0.0, sum);
      }
    }
  }
  return out;
}

TEST(VggFeatures, FirstBlockByItsDefinition) {
  const auto layers = MakeVgg({2, 2, 3, 3, 3}, /*with_top=*/true);
  VggFeatures vgg(layers, torch::kCPU);
  torch::manual_seed(1);
  const torch::Tensor image = torch::rand({1, 3, 8, 8});
  const std::array<double, 3> means = {103.939, 116.779, 123.68};
  Planes planes(3, std::vector<std::vector<double>>(8, std::vector<double>(8)));
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t y = 0; y < 8; ++y) {
      for (std::size_t x = 0; x < 8; ++x) {
        planes[c][y][x] = image[0][static_cast<std::int64_t>(c)][static_cast<std::int64_t>(y)]
                               [static_cast<std::int64_t>(x)]
                                   .item<double>() *
                              255 -
                          means[c];
      }
    }
  }
  planes = Convolve(Convolve(planes, layers[0]), layers[1]);
  const auto features = vgg.Features(image);
  ASSERT_EQ(features.size(), 4U);
  EXPECT_EQ(features[3].sizes(), (std::vector<std::int64_t>{1, 512, 1, 1}));
  for (std::int64_t f = 0; f < 64; f += 7) {
    for (std::int64_t y = 0; y < 8; y += 3) {
      const double expected = planes[static_cast<std::size_t>(f)][static_cast<std::size_t>(y)][5];
      EXPECT_NEAR(features[0][0][f][y][5].item<double>(), expected,
                  1e-4 * std::max(1.0, std::abs(expected)));
    }
  }
}

std::string FailureOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    return error.what();
  }
  return "";
}

TEST(VggFeatures, BothDepthsAreReadFromKerasFiles) {
  const testing::TempFolder folder;
  testing::WriteBytes(folder / "vgg19.h5",
                      SerializeKerasWeights({MakeVgg({2, 2, 4, 4, 4}, false), {}}));
  const auto vgg = LoadFeatureExtractor(folder / "vgg19.h5", torch::kCPU);
  EXPECT_EQ(vgg->Features(torch::rand({2, 3, 32, 32})).size(), 4U);
}

TEST(VggFeatures, OtherNetworksAreNamed) {
  auto layers = MakeVgg({2, 2, 3, 3, 3}, false);
  layers.erase(layers.begin() + 5);
  EXPECT_NE(FailureOf([&] { VggFeatures(layers, torch::kCPU); }).find("block3_conv2"),
            std::string::npos);
  layers = MakeVgg({2, 2, 3, 3, 3}, false);
  layers[2].tensors[1].shape = {127};
  layers[2].tensors[1].values.resize(127);
  EXPECT_NE(FailureOf([&] { VggFeatures(layers, torch::kCPU); }).find("block2_conv1"),
            std::string::npos);
}

TEST(FeatureExtractor, FilesWithoutFeaturesAreNamed) {
  const auto weights = testing::ModelsFolder() / "face_wiener.h5";
  const std::string message = FailureOf([&] { LoadFeatureExtractor(weights, torch::kCPU); });
  EXPECT_NE(message.find("face_wiener.h5"), std::string::npos) << message;
  EXPECT_NE(message.find("no features"), std::string::npos) << message;
}

TEST(LandmarkNet, Shapes) {
  LandmarkNet net;
  EXPECT_EQ(net->forward(torch::rand({2, 3, 128, 128})).sizes(),
            (std::vector<std::int64_t>{2, 68, 2}));
  const auto features = net->Features(torch::rand({1, 3, 64, 96}));
  ASSERT_EQ(features.size(), 3U);
  EXPECT_EQ(features[0].size(2), 32);
  EXPECT_EQ(features[2].size(3), 12);
}

}  // namespace
}  // namespace facedeblur
