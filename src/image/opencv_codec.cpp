#include "image/opencv_codec.h"

#include <opencv2/imgcodecs.hpp>

#include "facedeblur/util/error.h"

namespace facedeblur {

cv::Mat DecodeWithOpenCv(const Bytes& file, const char* format) {
  cv::Mat pixels;
  try {
    pixels = cv::imdecode(file, cv::IMREAD_UNCHANGED);
  } catch (const cv::Exception& error) {
    throw Error(ErrorKind::kInput, DescribeException(error));
  }
  if (pixels.empty()) throw Error(ErrorKind::kInput, std::string("damaged or truncated ") + format);
  return pixels;
}

Bytes EncodeWithOpenCv(const cv::Mat& pixels, const std::string& extension, const char* format,
                       const std::vector<int>& parameters) {
  Bytes bytes;
  bool encoded = false;
  try {
    encoded = cv::imencode(extension, pixels, bytes, parameters);
  } catch (const cv::Exception& error) {
    throw Error(ErrorKind::kOutput, DescribeException(error));
  }
  if (!encoded || bytes.empty()) {
    throw Error(ErrorKind::kOutput, std::string("cannot encode ") + format);
  }
  return bytes;
}

}  // namespace facedeblur
