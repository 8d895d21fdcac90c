#include <ATen/autocast_mode.h>
#include <gtest/gtest.h>

#include "facedeblur/nn/device.h"
#include "nn/convolution.h"
#include "nn/face_wiener_net.h"
#include "nn/mixed_precision.h"

namespace facedeblur {
namespace {

TEST(MixedPrecision, HoldsAsLongAsItLives) {
  Convolution convolution(3, 8, 3, 1, 1);
  const torch::Tensor x = torch::rand({1, 3, 8, 8});
  {
    const MixedPrecision outer(true, torch::kCPU);
    { const MixedPrecision inner(true, torch::kCPU); }
    EXPECT_EQ(convolution(x).scalar_type(), torch::kBFloat16) << "another scope ended meanwhile";
    const MixedPrecision disabled(false, torch::kCPU);
    EXPECT_EQ(convolution(x).scalar_type(), torch::kBFloat16);
  }
  EXPECT_EQ(convolution(x).scalar_type(), torch::kFloat32);
  EXPECT_TRUE(at::autocast::is_autocast_cache_enabled()) << "it was on before";
}

TEST(MixedPrecision, WeightsFirstUsedWithoutGradientsLearnAllTheSame) {
  Convolution convolution(3, 8, 3, 1, 1);
  const torch::Tensor x = torch::rand({1, 3, 8, 8});
  const MixedPrecision mixed(true, torch::kCPU);
  {
    const torch::NoGradGuard no_grad;
    convolution(x);
  }
  convolution(x).sum().backward();
  for (const torch::Tensor& parameter : convolution->parameters()) {
    ASSERT_TRUE(parameter.grad().defined());
    EXPECT_GT(parameter.grad().abs().sum().item<double>(), 0);
  }
}

// As the restorer does on CUDA.
TEST(MixedPrecision, WeightsCastOnceGiveTheSameBits) {
  const InferenceScope inference;
  torch::manual_seed(11);
  FaceWienerNet net(/*corrects_kernel=*/true);
  const torch::Tensor chip = torch::rand({1, 3, 128, 128});
  const MixedPrecision mixed(true, torch::kCPU);
  const torch::Tensor expected = net->forward(chip);
  net->to(torch::kBFloat16);
  EXPECT_TRUE(torch::equal(net->forward(chip), expected));
}

}  // namespace
}  // namespace facedeblur
