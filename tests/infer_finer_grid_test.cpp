#include <gtest/gtest.h>

#include <cmath>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "facedeblur/face/chip.h"
#include "facedeblur/image/metrics.h"
#include "facedeblur/restore/kernel_radius.h"
#include "infer/finer_grid.h"
#include "support.h"

namespace facedeblur {
namespace {

/// A Gaussian with its middle off the kernel's.
cv::Mat Kernel(double sigma, int size = 27) {
  cv::Mat kernel(size, size, CV_32F);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const double dx = x - 0.5 * (size - 1) - 1.3;
      const double dy = y - 0.5 * (size - 1) + 0.8;
      kernel.at<float>(y, x) =
          static_cast<float>(std::exp(-(dx * dx + dy * dy) / (2 * sigma * sigma)));
    }
  }
  return kernel / cv::sum(kernel)[0];
}

cv::Point2d MiddleOf(const cv::Mat& kernel) {
  const cv::Moments moments = cv::moments(kernel);
  return {moments.m10 / moments.m00 - 0.5 * (kernel.cols - 1),
          moments.m01 / moments.m00 - 0.5 * (kernel.rows - 1)};
}

TEST(FinerGrid, SmallBlurIsTakenOffOnOne) {
  const cv::Mat kernel = Kernel(1.5);
  const FinerGrid grid = ChooseGrid({128, 128}, kernel);
  EXPECT_EQ(grid.size, cv::Size(192, 192));
  EXPECT_EQ(grid.kernel.rows % 2, 1);
  EXPECT_EQ(grid.kernel.rows, grid.kernel.cols);
  EXPECT_NEAR(cv::sum(grid.kernel)[0], 1, 1e-5);
  double least = 0;
  cv::minMaxLoc(grid.kernel, &least);
  EXPECT_GE(least, 0);
  EXPECT_NEAR(KernelRadius(grid.kernel), 1.5 * KernelRadius(kernel), 0.06);
  EXPECT_NEAR(MiddleOf(grid.kernel).x, 1.5 * MiddleOf(kernel).x, 0.02);
  EXPECT_NEAR(MiddleOf(grid.kernel).y, 1.5 * MiddleOf(kernel).y, 0.02);
}

/// Blurred and then enlarged, or enlarged and then blurred.
TEST(FinerGrid, ItsKernelIsTheSameBlur) {
  const cv::Mat image = ToFloatBgr(testing::MakeTestImage({128, 96}, CV_8UC3));
  const cv::Mat kernel = Kernel(1.5);
  const FinerGrid grid = ChooseGrid(image.size(), kernel);
  ASSERT_EQ(grid.size, cv::Size(192, 128)) << "sides may grow differently";
  cv::Mat blurred;
  cv::filter2D(image, blurred, -1, kernel);
  cv::resize(blurred, blurred, grid.size, 0, 0, cv::INTER_CUBIC);
  cv::Mat enlarged;
  cv::resize(image, enlarged, grid.size, 0, 0, cv::INTER_CUBIC);
  cv::filter2D(enlarged, enlarged, -1, grid.kernel);
  const cv::Rect middle(24, 24, 144, 80);
  EXPECT_GT(Psnr(blurred(middle), enlarged(middle)), 50);
}

TEST(FinerGrid, OthersStayOnTheirOwn) {
  const cv::Mat mild = Kernel(1.5);
  for (const auto& [size, kernel] : {std::pair<cv::Size, cv::Mat>{{128, 128}, Kernel(4.5)},
                                     {{128, 128}, Kernel(0.3, 9)},
                                     {{576, 576}, mild},
                                     {{608, 96}, mild}}) {
    const FinerGrid grid = ChooseGrid(size, kernel);
    EXPECT_EQ(grid.size, size);
    EXPECT_EQ(grid.kernel.data, kernel.data);
  }
  EXPECT_EQ(ChooseGrid({384, 480}, mild).size, cv::Size(448, 576)) << "no larger than that";
}

}  // namespace
}  // namespace facedeblur
