#include "facedeblur/face/chip.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "facedeblur/image/sample_depth.h"
#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

/// Template points for a chip of another size; pixel centres are integers, so edges are at -0.5.
std::vector<cv::Point2f> ScaledPoints(const ChipTemplate& chip_template, int size) {
  const float scale = static_cast<float>(size) / static_cast<float>(chip_template.size);
  std::vector<cv::Point2f> points;
  for (const auto& point : chip_template.points) {
    points.emplace_back((point.x + 0.5F) * scale - 0.5F, (point.y + 0.5F) * scale - 0.5F);
  }
  return points;
}

/// The part of the photo that the chip covers, with a border for interpolation.
cv::Rect CoveredRegion(const ChipGeometry& geometry, cv::Size photo) {
  const Similarity image_from_chip = geometry.chip_from_image.Inverse();
  const double last = geometry.size - 1;
  double left = 1e9;
  double top = 1e9;
  double right = -1e9;
  double bottom = -1e9;
  for (const cv::Point2d corner : {cv::Point2d(0, 0), {last, 0}, {0, last}, {last, last}}) {
    const cv::Point2d p = image_from_chip(corner);
    left = std::min(left, p.x);
    right = std::max(right, p.x);
    top = std::min(top, p.y);
    bottom = std::max(bottom, p.y);
  }
  const double border = 4 + 4 * image_from_chip.Scale();
  const cv::Point first(static_cast<int>(std::floor(left - border)),
                        static_cast<int>(std::floor(top - border)));
  const cv::Point end(static_cast<int>(std::ceil(right + border)),
                      static_cast<int>(std::ceil(bottom + border)));
  return cv::Rect(first, end) & cv::Rect(cv::Point(0, 0), photo);
}

/// The smallest allowed chip size that is not below `size`, or the largest there is.
int AllowedSize(double size) {
  const double steps = std::ceil(size / kChipSizeStep);
  return static_cast<int>(
      std::clamp(steps * kChipSizeStep, double{kMinChipSize}, double{kMaxChipSize}));
}

}  // namespace

ChipTemplate FaceNetworkTemplate() {
  return {160, {{59, 66}, {101, 66}, {80, 90.7F}, {58.6F, 108.7F}, {101.4F, 108.7F}}};
}

ChipGeometry PlaceChip(const Landmarks& landmarks, const ChipTemplate& chip_template) {
  const std::vector<cv::Point2f> points = AlignmentPoints(landmarks);
  const Similarity at_template_size = EstimateSimilarity(points, chip_template.points);
  const double own_size = chip_template.size / at_template_size.Scale();
  ChipGeometry geometry;
  geometry.size = AllowedSize(own_size);
  geometry.chip_from_image = EstimateSimilarity(points, ScaledPoints(chip_template, geometry.size));
  return geometry;
}

ChipGeometry WholeImageChip(cv::Size image) {
  const int longest = std::max(image.width, image.height);
  ChipGeometry geometry;
  geometry.size = AllowedSize(longest);
  const double scale = std::min(1.0, static_cast<double>(geometry.size) / longest);
  const auto shift = [&](int extent) {  // whole pixels at scale 1, so that nothing is resampled
    return std::floor((geometry.size - scale * extent) / 2) + 0.5 * (scale - 1);
  };
  geometry.chip_from_image = {scale, 0, shift(image.width), shift(image.height)};
  return geometry;
}

ChipGeometry WithSurroundings(const ChipGeometry& geometry) {
  const int margin = geometry.size / 4;
  ChipGeometry wide = geometry;
  wide.size += 2 * margin;
  wide.chip_from_image.tx += margin;
  wide.chip_from_image.ty += margin;
  return wide;
}

cv::Mat ToFloatBgr(const cv::Mat& pixels) {
  cv::Mat bgr;
  if (pixels.channels() == 1) {
    cv::cvtColor(pixels, bgr, cv::COLOR_GRAY2BGR);
  } else if (pixels.channels() == 4) {
    cv::cvtColor(pixels, bgr, cv::COLOR_BGRA2BGR);
  } else {
    bgr = pixels;
  }
  cv::Mat converted;
  bgr.convertTo(converted, CV_32F, 1.0 / MaxSampleValue(pixels));
  return converted;
}

cv::Mat ExtractChip(const cv::Mat& pixels, const ChipGeometry& geometry) {
  const cv::Rect region = CoveredRegion(geometry, pixels.size());
  if (region.empty()) throw Error(ErrorKind::kUsage, "the face lies outside the image");
  cv::Mat source = pixels(region);
  double x_scale = 1;
  double y_scale = 1;
  const double shrink = geometry.chip_from_image.Scale();
  if (shrink < 0.8) {  // warpAffine takes point samples: average first, or the chip aliases
    const cv::Size size(std::max(1, cvRound(source.cols * shrink)),
                        std::max(1, cvRound(source.rows * shrink)));
    x_scale = static_cast<double>(size.width) / source.cols;  // whole pixels: the two may differ
    y_scale = static_cast<double>(size.height) / source.rows;
    cv::Mat fine = source;  // 16 bits: no visible rounding, and half of what floats would take
    if (source.depth() == CV_8U) source.convertTo(fine, CV_16U, 257);
    cv::resize(fine, source, size, 0, 0, cv::INTER_AREA);
  }
  source = ToFloatBgr(source);
  // chip_from_image after image_from_source, which maps edges (at -0.5) to edges.
  const Similarity& chip = geometry.chip_from_image;
  const cv::Point2d origin =
      chip(cv::Point2d(region.x + 0.5 / x_scale - 0.5, region.y + 0.5 / y_scale - 0.5));
  const cv::Matx23d chip_from_source(chip.a / x_scale, -chip.b / y_scale, origin.x,
                                     chip.b / x_scale, chip.a / y_scale, origin.y);
  cv::Mat result;
  cv::warpAffine(source, result, chip_from_source, {geometry.size, geometry.size}, cv::INTER_CUBIC,
                 cv::BORDER_REFLECT_101);
  cv::max(result, 0.0, result);
  cv::min(result, 1.0, result);
  return result;
}

cv::Mat ResizeChip(const cv::Mat& chip, cv::Size size) {
  if (chip.size() == size) return chip;
  cv::Mat resized;
  const bool shrinks = size.width < chip.cols;
  cv::resize(chip, resized, size, 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_CUBIC);
  return resized;
}

}  // namespace facedeblur
