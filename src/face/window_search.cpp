#include "face/window_search.h"

#include <algorithm>
#include <utility>
namespace facedeblur {
namespace {

cv::Point MiddleOf(const cv::Rect& rect) { return (rect.tl() + rect.br()) / 2; }

/// A mouth or a whole head may look like a face of another size.
bool ShareAMiddle(const HogWindow& a, const HogWindow& b) {
  const cv::Rect first = RectOf(a);
  const cv::Rect second = RectOf(b);
  return first.contains(MiddleOf(second)) || second.contains(MiddleOf(first));
}

}  // namespace

cv::Rect RectOf(const HogWindow& window) {
  return {cv::Point(static_cast<int>(window.left), static_cast<int>(window.top)),
          cv::Point(static_cast<int>(window.right) + 1, static_cast<int>(window.bottom) + 1)};
}

WindowSearch::WindowSearch(std::unique_ptr<const HogScanner> scanner, LandmarkReaders readers,
                           double face_limit)
    : scanner_(std::move(scanner)), readers_(std::move(readers)), face_limit_(face_limit) {}

std::vector<FoundWindow> WindowSearch::Search(const cv::Mat& grey, double threshold,
                                              bool doubts) const {
  const bool vets = readers_.blurred != nullptr;
  std::vector<FoundWindow> found;
  for (const HogWindow& window :
       scanner_->Scan(grey, doubts && vets ? threshold - kDoubt : threshold)) {
    const bool doubtful = window.added || window.score < threshold;
    const auto shares = [&](const FoundWindow& other) {
      return ShareAMiddle(other.window, window);
    };
    if (vets && doubtful && std::any_of(found.begin(), found.end(), shares)) continue;
    FoundWindow face{window, Read(grey, window, doubtful), doubtful};
    if (vets && face.doubtful && face.reading.face < face_limit_) continue;
    found.push_back(std::move(face));
  }
  return found;
}

FaceReading WindowSearch::ReadKnown(const cv::Mat& grey, const cv::Rect& square) const {
  const LandmarkReader* reader = (readers_.usual ? readers_.usual : readers_.blurred).get();
  return reader != nullptr ? reader->Read(grey, square) : FaceReading();
}

FaceReading WindowSearch::Read(const cv::Mat& grey, const HogWindow& window, bool doubtful) const {
  const bool sure = window.score >= kSure && !doubtful;
  const bool usual = readers_.usual && (sure || !readers_.blurred);
  const LandmarkReader* reader = (usual ? readers_.usual : readers_.blurred).get();
  return reader != nullptr ? reader->Read(grey, RectOf(window)) : FaceReading();
}

}  // namespace facedeblur
