#include "facedeblur/pipeline/before_after.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <string>

#include "facedeblur/face/chip.h"
#include "facedeblur/image/sample_depth.h"

namespace facedeblur {
namespace {

cv::Mat Labelled(const cv::Mat& pixels, const std::string& label) {
  constexpr int kMaxWidth = 1600;
  cv::Mat image = ToEightBits(ToFloatBgr(pixels));
  if (image.cols > kMaxWidth) {
    const double scale = static_cast<double>(kMaxWidth) / image.cols;
    cv::resize(image, image, {}, scale, scale, cv::INTER_AREA);
  }
  const int bar = std::clamp(image.cols / 16, 16, 48);
  cv::Mat panel(image.rows + bar, image.cols, CV_8UC3, cv::Scalar::all(255));
  image.copyTo(panel(cv::Rect(0, bar, image.cols, image.rows)));
  const double font_scale = bar / 40.0;
  cv::putText(panel, label, {bar / 4, bar * 3 / 4}, cv::FONT_HERSHEY_SIMPLEX, font_scale,
              cv::Scalar::all(0), bar > 30 ? 2 : 1, cv::LINE_AA);
  return panel;
}

}  // namespace

cv::Mat BeforeAfterImage(const cv::Mat& before, const cv::Mat& after) {
  cv::Mat both;
  cv::hconcat(Labelled(before, "before"), Labelled(after, "after"), both);
  return both;
}

}  // namespace facedeblur
