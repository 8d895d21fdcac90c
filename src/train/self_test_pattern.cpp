#include "train/self_test_pattern.h"

#include <cmath>

namespace facedeblur {

cv::Mat SelfTestPattern(int size) {
  cv::Mat pattern(size, size, CV_8UC3);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const double wave = std::sin(0.11 * x + 0.05 * y) * std::cos(0.07 * y - 0.02 * x);
      const int checker = (x / 16 + y / 16) % 2 * 40;
      pattern.at<cv::Vec3b>(y, x) = {static_cast<uchar>(110 + 60 * wave),
                                     static_cast<uchar>(100 + checker),
                                     static_cast<uchar>(130 - 50 * wave + checker)};
    }
  }
  return pattern;
}

}  // namespace facedeblur
