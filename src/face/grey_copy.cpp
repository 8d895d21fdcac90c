#include "face/grey_copy.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "facedeblur/image/sample_depth.h"

namespace facedeblur {

cv::Mat GreyCopy(const cv::Mat& pixels) {
  cv::Mat grey = pixels;
  if (pixels.channels() == 3) cv::cvtColor(pixels, grey, cv::COLOR_BGR2GRAY);
  if (pixels.channels() == 4) cv::cvtColor(pixels, grey, cv::COLOR_BGRA2GRAY);
  return ToEightBits(grey);
}

cv::Mat Scaled(const cv::Mat& image, double scale) {
  if (scale == 1) return image;
  const cv::Size size(std::max(1, cvRound(image.cols * scale)),
                      std::max(1, cvRound(image.rows * scale)));
  cv::Mat scaled;
  cv::resize(image, scaled, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  return scaled;
}

}  // namespace facedeblur
