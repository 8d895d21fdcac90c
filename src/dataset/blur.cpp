#include "dataset/blur.h"

#include <cmath>
#include <opencv2/imgproc.hpp>

#include "facedeblur/dataset/blur_kernel.h"

namespace facedeblur {

cv::Mat BlurInside(const cv::Mat& sharp, const cv::Mat& kernel) {
  cv::Mat blurred;
  cv::filter2D(sharp, blurred, CV_32F, kernel, {-1, -1}, 0, cv::BORDER_REFLECT_101);
  const int margin = kernel.rows / 2;
  return blurred(cv::Rect(margin, margin, sharp.cols - 2 * margin, sharp.rows - 2 * margin))
      .clone();
}

cv::Mat BlurVarying(const cv::Mat& sharp, const cv::Mat& kernel, double turn_degrees,
                    double stretch, double direction) {
  const double half_turn = turn_degrees * M_PI / 360;
  const cv::Mat first = BlurInside(sharp, TransformKernel(kernel, -half_turn, 1 - 0.5 * stretch));
  const cv::Mat last = BlurInside(sharp, TransformKernel(kernel, half_turn, 1 + 0.5 * stretch));
  cv::Mat mixed(first.size(), first.type());
  // From 0 to 1 along the direction, over the image's diagonal.
  const double diagonal = std::hypot(first.cols, first.rows);
  const double along_x = std::cos(direction) / diagonal;
  const double along_y = std::sin(direction) / diagonal;
  for (int y = 0; y < mixed.rows; ++y) {
    for (int x = 0; x < mixed.cols; ++x) {
      const double place =
          0.5 + along_x * (x - 0.5 * (mixed.cols - 1)) + along_y * (y - 0.5 * (mixed.rows - 1));
      const auto share = static_cast<float>(place);
      mixed.at<cv::Vec3f>(y, x) =
          first.at<cv::Vec3f>(y, x) * (1 - share) + last.at<cv::Vec3f>(y, x) * share;
    }
  }
  return mixed;
}

}  // namespace facedeblur
