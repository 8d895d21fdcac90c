#include "facedeblur/restore/kernel_radius.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace facedeblur {

double KernelRadius(const cv::Mat& kernel) {
  if (kernel.empty()) return 0;
  const cv::Moments m = cv::moments(kernel);
  if (m.m00 <= 0) return 0;
  return std::sqrt(std::max((m.mu20 + m.mu02) / m.m00, 0.0));  // rounding may leave less than 0
}

}  // namespace facedeblur
