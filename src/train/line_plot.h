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

/// Curves over a common x in one picture with axes, ticks and a legend. CV_8UC3. Throws
/// Error(kUsage) when there is no point.
cv::Mat DrawCurves(const std::string& title, const std::vector<Curve>& curves);

/// Round numbers between low and high: about `count`, a multiple of 1, 2 or 5 times a power of ten
/// apart.
std::vector<double> RoundTicks(double low, double high, int count);

}  // namespace facedeblur
