#include "facedeblur/image/picture.h"

#include <opencv2/imgcodecs.hpp>

#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"

namespace facedeblur {

cv::Mat ToEightBits(const cv::Mat& samples) {
  cv::Mat rounded;
  samples.convertTo(rounded, CV_8U, 255);
  return rounded;
}

void WritePng(const std::filesystem::path& file, const cv::Mat& picture) {
  Bytes bytes;
  if (!cv::imencode(".png", picture, bytes)) {
    throw Error(ErrorKind::kOutput, file.string() + ": cannot be encoded");
  }
  try {
    WriteFileAtomically(file, bytes, Clobber::kReplace);
  } catch (const Error& error) {
    throw Error(error.kind(), file.string() + ": " + error.what());
  }
}

}  // namespace facedeblur
