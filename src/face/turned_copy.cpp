#include "face/turned_copy.h"

#include <cmath>
#include <opencv2/imgproc.hpp>

namespace facedeblur {
namespace {

/// A turn about the middles of both images.
Similarity OriginalFromCopy(cv::Size original, cv::Size copy, int turn) {
  const double angle = turn * CV_PI / 180;
  Similarity similarity{std::cos(angle), std::sin(angle), 0, 0};
  if (turn % 90 == 0) {  // exact, so that pixels fall on pixels
    similarity.a = std::round(similarity.a);
    similarity.b = std::round(similarity.b);
  }
  const cv::Point2d moved = similarity({0.5 * (copy.width - 1), 0.5 * (copy.height - 1)});
  similarity.tx = 0.5 * (original.width - 1) - moved.x;
  similarity.ty = 0.5 * (original.height - 1) - moved.y;
  return similarity;
}

cv::Mat TurnByRightAngles(const cv::Mat& grey, int turn) {
  if (turn == 0) return grey;
  cv::Mat turned;
  cv::rotate(grey, turned,
             turn == 90    ? cv::ROTATE_90_COUNTERCLOCKWISE
             : turn == 180 ? cv::ROTATE_180
                           : cv::ROTATE_90_CLOCKWISE);
  return turned;
}

}  // namespace

TurnedCopy TurnBack(const cv::Mat& grey, int turn) {
  if (turn % 90 == 0) {
    const cv::Mat turned = TurnByRightAngles(grey, turn);
    return {turned, OriginalFromCopy(grey.size(), turned.size(), turn)};
  }
  const int side = cvCeil((grey.cols + grey.rows) * std::sqrt(0.5));
  TurnedCopy copy{{}, OriginalFromCopy(grey.size(), {side, side}, turn)};
  cv::warpAffine(grey, copy.pixels, copy.original_from_copy.Matrix(), {side, side},
                 cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_CONSTANT, cv::mean(grey));
  return copy;
}

}  // namespace facedeblur
