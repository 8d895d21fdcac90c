#include "facedeblur/face/compositor.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "facedeblur/image/sample_depth.h"

namespace facedeblur {
namespace {

/// Jaw, brows and a forehead as high above the brows as two thirds of the eyes' distance.
std::vector<cv::Point> FaceOutline(const Landmarks& landmarks, const ChipGeometry& geometry) {
  std::vector<cv::Point2f> in_chip;
  for (const auto& point : landmarks) {
    in_chip.emplace_back(geometry.chip_from_image(cv::Point2d(point)));
  }
  const auto five = AlignmentPoints(in_chip);
  const float eye_distance = five[1].x - five[0].x;
  std::vector<cv::Point> points;
  for (const auto& point : in_chip) points.emplace_back(cvRound(point.x), cvRound(point.y));
  for (std::size_t i = 17; i < 27; ++i) {
    points.emplace_back(cvRound(in_chip[i].x), cvRound(in_chip[i].y - 0.66F * eye_distance));
  }
  std::vector<cv::Point> hull;
  cv::convexHull(points, hull);
  return hull;
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

/// Looks no further than the first rows that have a colour.
bool IsColourless(const cv::Mat& pixels) {
  if (pixels.channels() == 1) return true;
  constexpr int kRows = 16;
  std::vector<cv::Mat> channels;
  for (int row = 0; row < pixels.rows; row += kRows) {
    cv::split(pixels.rowRange(row, std::min(row + kRows, pixels.rows)), channels);
    if (cv::norm(channels[0], channels[1], cv::NORM_INF) != 0 ||
        cv::norm(channels[1], channels[2], cv::NORM_INF) != 0) {
      return false;
    }
  }
  return true;
}

/// The change times its mask, in the picture's sample units: CV_32FC3 like the chip.
cv::Mat MaskedChange(const ChipChange& change, double gain) {
  cv::Mat mask3;
  cv::merge(std::vector<cv::Mat>(3, change.mask), mask3);
  return change.residual.mul(mask3, gain);
}

/// What of a masked change falls into one region of the picture, CV_32FC3.
cv::Mat WarpInto(const cv::Rect& region, const cv::Mat& masked, const ChipGeometry& geometry) {
  Similarity region_from_chip = geometry.chip_from_image.Inverse();
  region_from_chip.tx -= region.x;
  region_from_chip.ty -= region.y;
  cv::Mat warped;
  cv::warpAffine(masked, warped, region_from_chip.Matrix(), region.size(), cv::INTER_CUBIC,
                 cv::BORDER_CONSTANT, cv::Scalar::all(0));
  return warped;
}

cv::Mat LumaOf(const cv::Mat& bgr) {
  cv::Mat luma;
  cv::cvtColor(bgr, luma, cv::COLOR_BGR2GRAY);
  return luma;
}

/// Spreads a three-channel change to the channels that the picture has; alpha gets none.
cv::Mat MatchChannels(const cv::Mat& change, int channels, bool colourless) {
  cv::Mat luma = colourless ? LumaOf(change) : cv::Mat();
  if (channels == 1) return luma;
  cv::Mat colour = change;
  if (colourless) cv::merge(std::vector<cv::Mat>(3, luma), colour);
  if (channels == 3) return colour;
  std::vector<cv::Mat> planes;
  cv::split(colour, planes);
  planes.emplace_back(cv::Mat::zeros(change.size(), CV_32F));
  cv::merge(planes, colour);
  return colour;
}

}  // namespace

cv::Mat FaceMask(const Landmarks& landmarks, const ChipGeometry& geometry) {
  cv::Mat mask = cv::Mat::zeros(geometry.size, geometry.size, CV_32F);
  cv::fillConvexPoly(mask, FaceOutline(landmarks, geometry), cv::Scalar(1));
  const int grow = OddAtLeast3(geometry.size / 10.0);
  cv::dilate(mask, mask, cv::getStructuringElement(cv::MORPH_ELLIPSE, {grow, grow}));
  cv::GaussianBlur(mask, mask, {0, 0}, geometry.size / 24.0);
  constexpr double kTail = 0.02;  // a Gaussian never ends; the mask must
  mask = cv::max((mask - kTail) / (1 - kTail), 0.0);
  return mask.mul(BorderRamp(geometry.size));
}

cv::Mat FullMask(int size) { return cv::Mat::ones(size, size, CV_32F); }

cv::Rect ReachedRegion(const ChipChange& change) {
  const cv::Rect support = cv::boundingRect(change.mask > 0);
  if (support.empty()) return {};
  constexpr double kReach = 2;  // of cubic interpolation
  const Similarity image_from_chip = change.geometry.chip_from_image.Inverse();
  const double left = support.x - kReach;
  const double top = support.y - kReach;
  const double right = support.br().x + kReach;
  const double bottom = support.br().y + kReach;
  std::vector<cv::Point2f> corners;
  for (const cv::Point2d corner :
       {cv::Point2d(left, top), {right, top}, {left, bottom}, {right, bottom}}) {
    corners.emplace_back(image_from_chip(corner));
  }
  return cv::boundingRect(corners);
}

void ShareOverlaps(std::vector<ChipChange>* changes) {
  std::vector<cv::Mat> own;
  std::vector<cv::Rect> reached;
  for (const ChipChange& change : *changes) {
    own.push_back(change.mask);
    reached.push_back(ReachedRegion(change));
  }
  for (std::size_t later = 1; later < changes->size(); ++later) {
    ChipChange& change = (*changes)[later];
    cv::Mat left_over = cv::Mat::ones(change.mask.size(), CV_32F);
    for (std::size_t earlier = 0; earlier < later; ++earlier) {
      if ((reached[earlier] & reached[later]).empty()) continue;
      const ChipGeometry& other = (*changes)[earlier].geometry;
      const Similarity change_from_other =
          change.geometry.chip_from_image * other.chip_from_image.Inverse();
      cv::Mat taken;
      cv::warpAffine(own[earlier], taken, change_from_other.Matrix(), change.mask.size(),
                     cv::INTER_LINEAR, cv::BORDER_CONSTANT, cv::Scalar(0));
      left_over = cv::max(left_over - taken, 0.0);
    }
    cv::Mat shared;  // apart: `own` still has the whole mask
    cv::min(own[later], left_over, shared);
    change.mask = shared;
  }
}

void ApplyChange(const ChipChange& change, double strength, cv::Mat* pixels) {
  const cv::Rect reached = ReachedRegion(change) & cv::Rect(cv::Point(0, 0), pixels->size());
  if (reached.empty()) return;
  const bool colourless = IsColourless(*pixels);
  const cv::Mat masked = MaskedChange(change, strength * MaxSampleValue(*pixels));
  // In strips: a face may fill a photo whose pixels as floats are hundreds of megabytes.
  constexpr int kStripRows = 64;
  for (int top = reached.y; top < reached.br().y; top += kStripRows) {
    const cv::Rect strip = cv::Rect(reached.x, top, reached.width, kStripRows) & reached;
    const cv::Mat delta =
        MatchChannels(WarpInto(strip, masked, change.geometry), pixels->channels(), colourless);
    cv::Mat target = (*pixels)(strip);
    cv::add(target, delta, target, cv::noArray(), target.depth());
  }
}

}  // namespace facedeblur
