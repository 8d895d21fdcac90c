#include "face/window_search.h"

#include <utility>

namespace facedeblur {

cv::Rect RectOf(const HogWindow& window) {
  return {cv::Point(static_cast<int>(window.left), static_cast<int>(window.top)),
          cv::Point(static_cast<int>(window.right) + 1, static_cast<int>(window.bottom) + 1)};
}

WindowSearch::WindowSearch(std::unique_ptr<const HogScanner> scanner,
                           std::unique_ptr<const LandmarkReader> reader,
                           std::optional<double> face_limit)
    : scanner_(std::move(scanner)), reader_(std::move(reader)), face_limit_(face_limit) {}

std::vector<FoundWindow> WindowSearch::Search(const cv::Mat& grey, double threshold,
                                              bool doubts) const {
  const double lowest = doubts && face_limit_ ? threshold - kDoubt : threshold;
  std::vector<FoundWindow> found;
  for (const HogWindow& window : scanner_->Scan(grey, lowest)) {
    FoundWindow face{window, {}, window.added || window.score < threshold};
    if (reader_) face.reading = reader_->Read(grey, RectOf(window));
    if (face.doubtful && face_limit_ && face.reading.face < face_limit_) continue;
    found.push_back(std::move(face));
  }
  return found;
}

}  // namespace facedeblur
