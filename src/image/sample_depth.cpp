#include "facedeblur/image/sample_depth.h"

#include "facedeblur/util/error.h"

namespace facedeblur {

double MaxSampleValue(const cv::Mat& pixels) {
  if (pixels.depth() == CV_8U) return 255.0;
  if (pixels.depth() == CV_16U) return 65535.0;
  throw Error(ErrorKind::kUsage, "pixels must be 8 or 16 bit integers");
}

cv::Mat ToEightBits(const cv::Mat& pixels) {
  if (pixels.depth() == CV_8U) return pixels;
  const double largest = pixels.depth() == CV_32F ? 1.0 : MaxSampleValue(pixels);
  cv::Mat rounded;
  pixels.convertTo(rounded, CV_8U, 255.0 / largest);
  return rounded;
}

}  // namespace facedeblur
