#include "facedeblur/restore/finest_structure.h"

#include <cmath>
#include <opencv2/imgproc.hpp>

namespace facedeblur {

double FinestStructure(const cv::Mat& grey, const cv::Rect& inside) {
  const cv::Mat mask = (cv::Mat_<float>(3, 3) << 1, -2, 1, -2, 4, -2, 1, -2, 1);
  cv::Mat response;
  cv::filter2D(grey, response, CV_32F, mask, {-1, -1}, 0, cv::BORDER_REFLECT_101);
  return cv::norm(response(inside), cv::NORM_L1) / inside.area();
}

double NoiseOf(double finest_structure) {
  constexpr double kMaskNorm = 6;  // the root of its squared entries' sum
  return std::sqrt(M_PI / 2) / kMaskNorm * finest_structure;
}

}  // namespace facedeblur
