#include "facedeblur/face/face_mask.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace facedeblur {
namespace {

template <typename Point>
std::vector<Point> InChip(const Landmarks& landmarks, const Similarity& chip_from_image) {
  std::vector<Point> points;
  for (const cv::Point2f& point : landmarks) {
    points.emplace_back(chip_from_image(cv::Point2d(point)));
  }
  return points;
}

/// Brows again, higher by two thirds of the eyes' distance: landmarks leave the forehead out.
std::vector<cv::Point2f> Forehead(const std::vector<cv::Point2f>& in_chip) {
  const auto five = AlignmentPoints(in_chip);
  const float eye_distance = five[1].x - five[0].x;
  std::vector<cv::Point2f> points;
  for (std::size_t i = 17; i < 27; ++i) {
    points.emplace_back(in_chip[i].x, in_chip[i].y - 0.66F * eye_distance);
  }
  return points;
}

/// Fills the hull of points in a mask of zeros.
template <typename Point>
void FillHull(const std::vector<Point>& points, double value, cv::Mat* mask) {
  std::vector<cv::Point> pixels;
  for (const Point& point : points) pixels.emplace_back(cvRound(point.x), cvRound(point.y));
  std::vector<cv::Point> hull;
  cv::convexHull(pixels, hull);
  cv::fillConvexPoly(*mask, hull, cv::Scalar(value));
}

int OddAtLeast3(double value) { return std::max(3, cvRound(value) | 1); }

/// 0 on the border, rising smoothly to 1 over a sixteenth of the chip.
cv::Mat BorderRamp(int size) {
  cv::Mat profile(1, size, CV_32F);
  const double width = size / 16.0;
  for (int i = 0; i < size; ++i) {
    const double t = std::min(1.0, std::min(i, size - 1 - i) / width);
    profile.at<float>(i) = static_cast<float>(t * t * (3 - 2 * t));
  }
  return profile.t() * profile;
}

/// The face from jaw to forehead, its edge soft for a chip of `chip_size`.
cv::Mat SoftFace(const Landmarks& landmarks, const ChipGeometry& geometry, int chip_size) {
  auto outline = InChip<cv::Point2f>(landmarks, geometry.chip_from_image);
  const std::vector<cv::Point2f> forehead = Forehead(outline);
  outline.insert(outline.end(), forehead.begin(), forehead.end());
  cv::Mat mask = cv::Mat::zeros(geometry.size, geometry.size, CV_32F);
  FillHull(outline, 1, &mask);
  const int grow = OddAtLeast3(chip_size / 10.0);
  cv::dilate(mask, mask, cv::getStructuringElement(cv::MORPH_ELLIPSE, {grow, grow}));
  cv::GaussianBlur(mask, mask, {0, 0}, chip_size / 24.0);
  constexpr double kTail = 0.02;  // a Gaussian never ends; the mask must
  return cv::max((mask - kTail) / (1 - kTail), 0.0);
}

/// An ellipse around hair and ears, in units of the eyes' distance. It falls to 0 over a third of
/// its radius.
cv::Mat SoftHead(const Landmarks& landmarks, const ChipGeometry& geometry) {
  constexpr float kDown = 0.2F;  // its centre, below the eyes
  constexpr float kHalfWidth = 1.9F;
  constexpr float kHalfHeight = 2.2F;
  constexpr float kEnd = 1.35F;
  const auto five = AlignmentPoints(InChip<cv::Point2f>(landmarks, geometry.chip_from_image));
  const float unit = static_cast<float>(cv::norm(five[1] - five[0]));
  const cv::Point2f centre = 0.5F * (five[0] + five[1]) + cv::Point2f(0, kDown * unit);
  cv::Mat mask(geometry.size, geometry.size, CV_32F);
  for (int y = 0; y < mask.rows; ++y) {
    auto* row = mask.ptr<float>(y);
    const float v = (static_cast<float>(y) - centre.y) / (kHalfHeight * unit);
    for (int x = 0; x < mask.cols; ++x) {
      const float u = (static_cast<float>(x) - centre.x) / (kHalfWidth * unit);
      const float t = std::clamp((kEnd - std::hypot(u, v)) / (kEnd - 1), 0.0F, 1.0F);
      row[x] = t * t * (3 - 2 * t);
    }
  }
  return mask;
}

}  // namespace

cv::Mat BlendingMask(const Landmarks& landmarks, const ChipGeometry& geometry) {
  return SoftFace(landmarks, geometry, geometry.size).mul(BorderRamp(geometry.size));
}

cv::Mat HeadMask(const Landmarks& landmarks, const ChipGeometry& geometry) {
  const int face_size = geometry.size * 2 / 3;
  const cv::Mat face = SoftFace(landmarks, geometry, face_size);
  return cv::Mat(cv::max(face, SoftHead(landmarks, geometry))).mul(BorderRamp(geometry.size));
}

cv::Mat FullMask(int size) { return cv::Mat::ones(size, size, CV_32F); }

cv::Mat ScoringMask(const Landmarks& landmarks, const Similarity& chip_from_image, int size) {
  cv::Mat mask = cv::Mat::zeros(size, size, CV_8U);
  FillHull(InChip<cv::Point2d>(landmarks, chip_from_image), 255, &mask);
  return mask;
}

cv::Mat ChangedRegion(const std::vector<DetectedFace>& faces, cv::Size photo) {
  cv::Mat all;
  for (const DetectedFace& face : faces) {
    const ChipGeometry chip = WithSurroundings(PlaceChip(face.landmarks, FaceNetworkTemplate()));
    cv::Mat mask;
    cv::warpAffine(HeadMask(face.landmarks, chip), mask, chip.chip_from_image.Inverse().Matrix(),
                   photo, cv::INTER_LINEAR, cv::BORDER_CONSTANT);
    const cv::Mat inside = mask > 0;
    all = all.empty() ? inside : cv::Mat(all | inside);
  }
  return all;
}

}  // namespace facedeblur
