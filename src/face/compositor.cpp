#include "facedeblur/face/compositor.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "facedeblur/image/sample_depth.h"

namespace facedeblur {
namespace {

/// Stops at the first rows that have a colour.
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

/// The change times its mask, in the image's sample units: CV_32FC3 like the chip.
cv::Mat MaskedChange(const ChipChange& change, double gain) {
  cv::Mat mask3;
  cv::merge(std::vector<cv::Mat>(3, change.mask), mask3);
  return change.residual.mul(mask3, gain);
}

/// The part of a masked change that falls into one region of the image, CV_32FC3.
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

/// Gives a three-channel change the channels of the image; alpha does not change.
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
    cv::Mat shared;  // a new one: `own` must keep the whole mask
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
