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

bool IsDoubtful(const HogWindow& window) {
  return window.added || window.score < WindowSearch::kSure;
}

WindowSearch::WindowSearch(std::unique_ptr<const HogScanner> scanner, LandmarkReaders readers,
                           const FaceOdds& odds)
    : scanner_(std::move(scanner)), readers_(std::move(readers)), odds_(odds) {}

std::vector<FoundWindow> WindowSearch::Search(const cv::Mat& grey, double threshold,
                                              bool doubts) const {
  const bool looks_lower = doubts && readers_.blurred != nullptr;
  // A little less, so that rounding decides about nothing.
  const double least_probability = ProbabilityOfScore(threshold - 1e-6);
  std::vector<FoundWindow> found;
  for (const HogWindow& window :
       scanner_->Scan(grey, looks_lower ? std::min(kLeast, threshold) : threshold)) {
    const auto shares = [&](const FoundWindow& other) {
      return ShareAMiddle(other.window, window);
    };
    if (IsToRead(window) && std::any_of(found.begin(), found.end(), shares)) continue;
    FoundWindow face =
        Read(grey, window, odds_.LeastReading(least_probability, window.score, window.added));
    if (face.score >= threshold) found.push_back(std::move(face));
  }
  return found;
}

std::vector<FoundWindow> WindowSearch::Windows(const cv::Mat& grey, double least) const {
  std::vector<FoundWindow> windows;
  for (const HogWindow& window : scanner_->Scan(grey, least)) {
    windows.push_back(Read(grey, window));
  }
  return windows;
}

FaceReading WindowSearch::ReadKnown(const cv::Mat& grey, const cv::Rect& square) const {
  const LandmarkReader* reader = (readers_.usual ? readers_.usual : readers_.blurred).get();
  return reader != nullptr ? reader->Read(grey, square) : FaceReading();
}

bool WindowSearch::IsToRead(const HogWindow& window) const {
  return readers_.blurred != nullptr && IsDoubtful(window);
}

FoundWindow WindowSearch::Read(const cv::Mat& grey, const HogWindow& window, double least) const {
  FoundWindow found{window, {}, window.score};
  if (!IsToRead(window)) {
    found.reading = ReadKnown(grey, RectOf(window));
    return found;
  }
  found.reading = readers_.blurred->Read(grey, RectOf(window), least);
  if (found.reading.face) {
    found.score =
        ScoreOfProbability(odds_.Probability(window.score, *found.reading.face, window.added));
  }
  return found;
}

}  // namespace facedeblur
