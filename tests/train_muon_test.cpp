#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <opencv2/core.hpp>

#include "train/muon.h"

namespace facedeblur {
namespace {

/// A matrix whose singular values fall from 1 to `smallest`.
torch::Tensor MatrixWithSpectrum(int rows, int columns, double smallest) {
  cv::RNG random(7);
  cv::Mat noise(rows, columns, CV_32F);
  random.fill(noise, cv::RNG::NORMAL, 0, 1);
  cv::SVD svd(noise);
  const int rank = svd.w.rows;
  for (int i = 0; i < rank; ++i) {
    svd.w.at<float>(i) = static_cast<float>(std::pow(smallest, i / double{rank - 1.0}));
  }
  const cv::Mat matrix = svd.u * cv::Mat::diag(svd.w) * svd.vt;
  return torch::from_blob(matrix.data, {rows, columns}).clone();
}

cv::Mat ToMat(const torch::Tensor& matrix) {
  const torch::Tensor rows = matrix.contiguous();
  return cv::Mat(static_cast<int>(rows.size(0)), static_cast<int>(rows.size(1)), CV_32F,
                 rows.data_ptr<float>())
      .clone();
}

TEST(Muon, OrthogonalizedKeepsDirectionsAndLevelsTheirLengths) {
  for (const auto& [rows, columns] : {std::pair{12, 40}, {40, 12}, {16, 16}}) {
    const torch::Tensor matrix = 30 * MatrixWithSpectrum(rows, columns, 0.05);
    const cv::SVD given(ToMat(matrix));
    const cv::Mat levelled = given.u.t() * ToMat(Orthogonalized(matrix)) * given.vt.t();
    for (int i = 0; i < levelled.rows; ++i) {
      for (int j = 0; j < levelled.cols; ++j) {
        const float value = levelled.at<float>(i, j);
        if (i == j) {
          EXPECT_GT(value, 0.65) << rows << "x" << columns;
          EXPECT_LT(value, 1.25) << rows << "x" << columns;
        } else {
          EXPECT_NEAR(value, 0, 2e-3) << rows << "x" << columns;
        }
      }
    }
  }
}

TEST(Muon, OrthogonalizedNothingIsNothing) {
  EXPECT_TRUE(torch::equal(Orthogonalized(torch::zeros({3, 5})), torch::zeros({3, 5})));
}

TEST(Muon, AStepIsAboutAsLongAsThatOfAdamW) {
  torch::Tensor weights = torch::zeros({24, 6, 3, 3}).requires_grad_();
  weights.mutable_grad() = 1e-4 * MatrixWithSpectrum(24, 54, 0.2).view({24, 6, 3, 3});
  Muon muon({weights}, 0);
  muon.Step(0.01);
  const double root_mean_square = weights.detach().square().mean().sqrt().item<double>();
  EXPECT_NEAR(root_mean_square, 0.01 * 0.2, 0.01 * 0.2 * 0.25);
  EXPECT_LT((weights.detach() * weights.grad()).sum().item<double>(), 0) << "not downhill";
}

TEST(Muon, FollowsTheMomentumOfEarlierSteps) {
  const torch::Tensor first = MatrixWithSpectrum(8, 8, 0.2);
  const torch::Tensor second = first.t().contiguous();
  torch::Tensor weights = torch::zeros({8, 8}).requires_grad_();
  Muon muon({weights}, 0);
  weights.mutable_grad() = first;
  muon.Step(0);
  weights.mutable_grad() = second;
  muon.Step(1);
  const torch::Tensor momentum = 0.95 * first + second;
  const torch::Tensor expected = -0.2 * std::sqrt(8.0) * Orthogonalized(second + 0.95 * momentum);
  EXPECT_TRUE(torch::allclose(weights.detach(), expected, 1e-5, 1e-6));
  EXPECT_TRUE(torch::allclose(muon.momenta()[0], momentum));
}

TEST(Muon, WeightsDecayAndThoseWithoutAGradientStay) {
  torch::Tensor still = torch::ones({4, 4}).requires_grad_();
  torch::Tensor decaying = torch::ones({4, 4}).requires_grad_();
  decaying.mutable_grad() = torch::zeros({4, 4});
  Muon muon({still, decaying}, 0.5);
  muon.Step(0.1);
  EXPECT_TRUE(torch::equal(still.detach(), torch::ones({4, 4})));
  EXPECT_TRUE(torch::allclose(decaying.detach(), torch::full({4, 4}, 0.95)));
}

}  // namespace
}  // namespace facedeblur
