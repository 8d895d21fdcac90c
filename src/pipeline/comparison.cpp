#include "facedeblur/pipeline/comparison.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <string>

#include "facedeblur/face/chip.h"
#include "facedeblur/image/sample_depth.h"

namespace facedeblur {
namespace {

cv::Mat Labelled(const cv::Mat& pixels, const std::string& label) {
  constexpr int kMaxWidth = 1600;
  cv::Mat picture = ToEightBits(ToFloatBgr(pixels));
  if (picture.cols > kMaxWidth) {
    const double scale = static_cast<double>(kMaxWidth) / picture.cols;
    cv::resize(picture, picture, {}, scale, scale, cv::INTER_AREA);
  }
  const int bar = std::clamp(picture.cols / 16, 16, 48);
  cv::Mat panel(picture.rows + bar, picture.cols, CV_8UC3, cv::Scalar::all(255));
  picture.copyTo(panel(cv::Rect(0, bar, picture.cols, picture.rows)));
  const double font_scale = bar / 40.0;
  cv::putText(panel, label, {bar / 4, bar * 3 / 4}, cv::FONT_HERSHEY_SIMPLEX, font_scale,
              cv::Scalar::all(0), bar > 30 ? 2 : 1, cv::LINE_AA);
  return panel;
}

}  // namespace

cv::Mat MakeComparison(const cv::Mat& before, const cv::Mat& after) {
  cv::Mat both;
  cv::hconcat(Labelled(before, "before"), Labelled(after, "after"), both);
  return both;
}

}  // namespace facedeblur
