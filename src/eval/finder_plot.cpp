#include <algorithm>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "facedeblur/eval/finder_report.h"
#include "facedeblur/image/line_plot.h"

namespace facedeblur {
namespace {

using Measure = std::optional<double> (FinderScore::*)() const;

/// Sizes at which there is nothing to measure are left out.
Curve CurveOf(const std::string& name, const std::vector<int>& blur_sizes,
              const std::vector<FinderScore>& scores, Measure measure) {
  Curve curve{name, {}};
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const std::optional<double> value = (scores[i].*measure)();
    if (value) curve.points.emplace_back(blur_sizes[i], *value);
  }
  std::sort(curve.points.begin(), curve.points.end());
  return curve;
}

}  // namespace

cv::Mat DrawFinderCurves(const FinderProtocol& protocol, const FinderEvaluation& evaluation) {
  struct Plot {
    const char* title;
    Measure measure;
  };
  cv::Mat all;
  for (const Plot& plot : {Plot{"Recall by blur, pixels", &FinderScore::Recall},
                           Plot{"False faces per photo by blur", &FinderScore::FalseFacesPerPhoto},
                           Plot{"Landmark error by blur, %", &FinderScore::LandmarkError}}) {
    std::vector<Curve> curves;
    const auto add = [&](const char* name, const std::vector<FinderScore>& scores) {
      Curve curve = CurveOf(name, protocol.blur_sizes, scores, plot.measure);
      if (!curve.points.empty()) curves.push_back(std::move(curve));
    };
    add("this search", evaluation.by_size);
    add("dlib's stock models", evaluation.stock_by_size);
    add("once restored", evaluation.restored_by_size);
    if (!curves.empty()) all.push_back(DrawCurves(plot.title, curves));
  }
  return all;
}

}  // namespace facedeblur
