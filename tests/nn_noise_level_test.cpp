#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "nn/noise_level.h"

namespace facedeblur {
namespace {

/// What blurred photos are like: waves of 16 pixels and more, and one step.
torch::Tensor SmoothImages() {
  const torch::Tensor at = torch::arange(128, torch::kFloat32);
  const torch::Tensor rows = (at / 9).sin().view({1, 1, 128, 1});
  const torch::Tensor columns = (at / 5).cos().view({1, 1, 1, 128});
  const torch::Tensor waves = 0.5 + 0.2 * rows * columns;
  const torch::Tensor step = (at > 64).to(torch::kFloat32).view({1, 1, 128, 1});
  return torch::cat({waves, waves * 0.5 + 0.4 * step});
}

TEST(NoiseVariance, IsThatOfTheNoiseWhateverTheImage) {
  torch::manual_seed(3);
  for (const double deviation : {0.005, 0.01, 0.03}) {
    const torch::Tensor images = SmoothImages();
    const torch::Tensor noisy = images + deviation * torch::randn_like(images);
    const torch::Tensor variance = NoiseVariance(noisy);
    ASSERT_EQ(variance.sizes(), torch::IntArrayRef({2}));
    for (int i = 0; i < 2; ++i) {
      EXPECT_NEAR(std::sqrt(variance[i].item<double>()), deviation, 0.1 * deviation) << i;
    }
  }
}

TEST(NoiseVariance, IsNextToNothingWithoutNoise) {
  EXPECT_LT(NoiseVariance(SmoothImages()).max().item<double>(), 2e-6);
  EXPECT_EQ(NoiseVariance(torch::full({1, 1, 8, 8}, 0.5)).item<double>(), 0);
}

}  // namespace
}  // namespace facedeblur
