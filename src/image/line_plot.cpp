#include "facedeblur/image/line_plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <opencv2/imgproc.hpp>

#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

constexpr int kWidth = 960;
constexpr int kHeight = 540;
constexpr int kLeft = 80;
constexpr int kTop = 50;
constexpr int kFieldWidth = kWidth - 110;
constexpr int kFieldHeight = kHeight - 110;
constexpr int kBottom = kTop + kFieldHeight;

struct Range {
  double low;
  double high;
  double Part(double value) const { return (value - low) / (high - low); }
};

Range WidenEmpty(Range range) {
  if (range.high > range.low) return range;
  if (range.low == 0) return {0, 1};
  const double half = std::abs(range.low) * 0.05;
  return {range.low - half, range.high + half};
}

void PutText(const std::string& text, cv::Point at, double scale, cv::Mat* image) {
  cv::putText(*image, text, at, cv::FONT_HERSHEY_SIMPLEX, scale, cv::Scalar::all(40), 1,
              cv::LINE_AA);
}

std::string NumberText(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

cv::Point Place(const Range& x, const Range& y, double at_x, double at_y) {
  return {kLeft + cvRound(x.Part(at_x) * kFieldWidth),
          kBottom - cvRound(y.Part(at_y) * kFieldHeight)};
}

void DrawAxes(const Range& x, const Range& y, cv::Mat* image) {
  const cv::Scalar grid = cv::Scalar::all(225);
  for (const double tick : RoundTicks(y.low, y.high, 6)) {
    const int row = Place(x, y, x.low, tick).y;
    cv::line(*image, {kLeft, row}, {kLeft + kFieldWidth, row}, grid);
    PutText(NumberText(tick), {8, row + 5}, 0.45, image);
  }
  for (const double tick : RoundTicks(x.low, x.high, 8)) {
    const int column = Place(x, y, tick, y.low).x;
    cv::line(*image, {column, kTop}, {column, kBottom}, grid);
    PutText(NumberText(tick), {column - 20, kBottom + 20}, 0.45, image);
  }
  cv::rectangle(*image, PlotField(), cv::Scalar::all(120));
}

}  // namespace

cv::Rect PlotField() { return {kLeft, kTop, kFieldWidth, kFieldHeight}; }

cv::Scalar CurveColour(std::size_t curve) {
  constexpr std::array<std::array<int, 3>, 4> kColours = {
      {{180, 119, 31}, {14, 127, 255}, {44, 160, 44}, {40, 39, 214}}};
  const auto& c = kColours[curve % kColours.size()];
  return {static_cast<double>(c[0]), static_cast<double>(c[1]), static_cast<double>(c[2])};
}

std::vector<double> RoundTicks(double low, double high, int count) {
  const double raw = (high - low) / count;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * power >= raw) step = factor * power;
  }
  std::vector<double> ticks;
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; ++k) {
    ticks.push_back(k * step + 0.0);  // no -0
  }
  return ticks;
}

cv::Mat DrawCurves(const std::string& title, const std::vector<Curve>& curves) {
  Range x{HUGE_VAL, -HUGE_VAL};
  Range y{HUGE_VAL, -HUGE_VAL};
  for (const Curve& curve : curves) {
    for (const auto& [px, py] : curve.points) {
      x = {std::min(x.low, px), std::max(x.high, px)};
      y = {std::min(y.low, py), std::max(y.high, py)};
    }
  }
  if (x.low > x.high) throw Error(ErrorKind::kUsage, "a plot of no points");
  x = WidenEmpty(x);
  y = WidenEmpty(y);
  cv::Mat image(kHeight, kWidth, CV_8UC3, cv::Scalar::all(255));
  DrawAxes(x, y, &image);
  PutText(title, {kLeft, 30}, 0.65, &image);
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const cv::Scalar colour = CurveColour(i);
    std::vector<cv::Point> line;
    for (const auto& [px, py] : curves[i].points) line.push_back(Place(x, y, px, py));
    cv::polylines(image, line, /*isClosed=*/false, colour, 2, cv::LINE_AA);
    const int left = kLeft + static_cast<int>(i) * (kFieldWidth / 3);
    cv::line(image, {left, kHeight - 18}, {left + 24, kHeight - 18}, colour, 3, cv::LINE_AA);
    PutText(curves[i].name, {left + 32, kHeight - 13}, 0.45, &image);
  }
  return image;
}

}  // namespace facedeblur
