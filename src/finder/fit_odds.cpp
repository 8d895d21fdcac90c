#include "finder/fit_odds.h"

#include <algorithm>
#include <opencv2/core.hpp>

#include "facedeblur/util/error.h"

namespace facedeblur {

FaceOdds FitOdds(const std::vector<JudgedWindow>& windows) {
  const auto is_face = [](const JudgedWindow& window) { return window.is_face; };
  const auto faces = std::count_if(windows.begin(), windows.end(), is_face);
  if (faces == 0 || static_cast<std::size_t>(faces) == windows.size()) {
    throw Error(ErrorKind::kInput, "no windows with faces and without to learn from");
  }
  constexpr double kPull = 0.01;
  constexpr int kSteps = 50;
  FaceOdds odds{0, 0, 0, 0};
  for (int step = 0; step < kSteps; ++step) {
    const cv::Vec4d at(odds.bias, odds.per_score, odds.per_reading, odds.added);
    cv::Vec4d slope = -kPull * at;
    cv::Matx44d curvature = kPull * cv::Matx44d::eye();
    for (const JudgedWindow& window : windows) {
      const cv::Vec4d x(1, window.score, window.reading, window.added ? 1 : 0);
      const double p = odds.Probability(window.score, window.reading, window.added);
      slope += ((window.is_face ? 1 : 0) - p) * x;
      curvature += p * (1 - p) * (x * x.t());
    }
    const cv::Vec4d next = at + cv::Vec4d(curvature.solve(slope, cv::DECOMP_CHOLESKY).val);
    odds = {next[0], next[1], next[2], next[3]};
  }
  return odds;
}

}  // namespace facedeblur
