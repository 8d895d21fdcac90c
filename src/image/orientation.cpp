#include "facedeblur/image/orientation.h"

#include "facedeblur/util/error.h"

namespace facedeblur {

cv::Mat ToUpright(const cv::Mat& stored, int orientation) {
  constexpr int kMirrorColumns = 1;
  constexpr int kMirrorRows = 0;
  cv::Mat upright;
  switch (orientation) {
    case 1:
      return stored;
    case 2:
      cv::flip(stored, upright, kMirrorColumns);
      return upright;
    case 3:
      cv::rotate(stored, upright, cv::ROTATE_180);
      return upright;
    case 4:
      cv::flip(stored, upright, kMirrorRows);
      return upright;
    case 5:
      cv::transpose(stored, upright);
      return upright;
    case 6:
      cv::rotate(stored, upright, cv::ROTATE_90_CLOCKWISE);
      return upright;
    case 7:
      cv::transpose(stored, upright);
      cv::rotate(upright, upright, cv::ROTATE_180);
      return upright;
    case 8:
      cv::rotate(stored, upright, cv::ROTATE_90_COUNTERCLOCKWISE);
      return upright;
    default:
      throw Error(ErrorKind::kUsage, "no such EXIF orientation: " + std::to_string(orientation));
  }
}

}  // namespace facedeblur
