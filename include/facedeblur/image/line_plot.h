#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <utility>
#include <vector>

namespace facedeblur {

struct Curve {
  std::string name;
  std::vector<std::pair<double, double>> points;  ///< x ascending
};

/// Curves over a common x in one image with axes, ticks and a legend. CV_8UC3. They fill
/// PlotField(): the least x at its left, the largest y at its top. Throws Error(kUsage) when there
/// is no point.
cv::Mat DrawCurves(const std::string& title, const std::vector<Curve>& curves);

/// Where curves are drawn, pixels; a curve may touch each side.
cv::Rect PlotField();

/// The colour of a curve by its number, BGR.
cv::Scalar CurveColour(std::size_t curve);

/// Round numbers between low and high: about `count`, a multiple of 1, 2 or 5 times a power of ten
/// apart.
std::vector<double> RoundTicks(double low, double high, int count);

}  // namespace facedeblur
