#pragma once

#include <opencv2/core.hpp>
#include <vector>

namespace facedeblur {

/// A plane similarity (rotation, uniform scale, shift; no mirroring):
/// (x, y) -> (a x - b y + tx, b x + a y + ty). Coordinates are pixels, integers at pixel centres.
/// Variables are named target_from_source, as in chip_from_image.
struct Similarity {
  double a = 1;
  double b = 0;
  double tx = 0;
  double ty = 0;

  cv::Point2d operator()(cv::Point2d point) const;
  std::vector<cv::Point2f> operator()(const std::vector<cv::Point2f>& points) const;
  Similarity Inverse() const;
  /// Target pixels per source pixel.
  double Scale() const;
  /// The 2x3 matrix that OpenCV's warps take.
  cv::Matx23d Matrix() const;
};

/// c_from_a = c_from_b * b_from_a.
Similarity operator*(const Similarity& c_from_b, const Similarity& b_from_a);

/// The similarity that maps `from` to `to` with the least squared error; closed form for the plane
/// (Umeyama, IEEE PAMI 13-4, 1991). Throws Error(kUsage) for lists of different length, fewer than
/// two points, or points that all coincide.
Similarity EstimateSimilarity(const std::vector<cv::Point2f>& from,
                              const std::vector<cv::Point2f>& to);

}  // namespace facedeblur
