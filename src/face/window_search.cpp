#include "face/window_search.h"

#include <algorithm>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <utility>

namespace facedeblur {
namespace {

/// With less at the first look, a second one does not make it a face.
constexpr double kWorthALook = -6;

/// Beside a face that the search is sure of, reading further down takes a tenth more time, and
/// found nothing more in photos that are blurred as a whole.
constexpr double kLeastBesideSharp = -1.25;

/// A face that scores so little is blurred: so windows that show this much detail are none.
constexpr double kBlurredScore = -0.8;
constexpr double kMostDetail = 0.3;

/// The root mean square of the Laplacian over the contrast, of a copy of 64 pixels.
double DetailOf(const cv::Mat& grey, const cv::Rect& square) {
  constexpr int kCopy = 64;
  constexpr double kNoContrast = 1;  // of 255
  cv::Mat copy;
  cv::resize(grey(square & cv::Rect({}, grey.size())), copy, {kCopy, kCopy}, 0, 0, cv::INTER_AREA);
  cv::Mat laplacian;
  cv::Laplacian(copy, laplacian, CV_32F);
  cv::Scalar mean;
  cv::Scalar contrast;
  cv::Scalar detail;
  cv::meanStdDev(copy, mean, contrast);
  cv::meanStdDev(laplacian, mean, detail);
  return detail[0] / (contrast[0] + kNoContrast);
}

bool IsTooSharp(const cv::Mat& grey, const HogWindow& window) {
  return window.score < kBlurredScore && DetailOf(grey, RectOf(window)) > kMostDetail;
}

cv::Point MiddleOf(const cv::Rect& rect) { return (rect.tl() + rect.br()) / 2; }

/// A mouth or a whole head may look like a face of another size.
bool ShareAMiddle(const cv::Rect& a, const cv::Rect& b) {
  return a.contains(MiddleOf(b)) || b.contains(MiddleOf(a));
}

bool IsTaken(const cv::Rect& square, const std::vector<FoundWindow>& found) {
  return std::any_of(found.begin(), found.end(),
                     [&](const FoundWindow& other) { return ShareAMiddle(other.square, square); });
}

FoundWindow Found(const HogWindow& window, FaceReading reading) {
  const cv::Rect square = reading.square.empty() ? RectOf(window) : reading.square;
  return {window, std::move(reading), square, window.score};
}

}  // namespace

cv::Rect RectOf(const HogWindow& window) {
  return {cv::Point(static_cast<int>(window.left), static_cast<int>(window.top)),
          cv::Point(static_cast<int>(window.right) + 1, static_cast<int>(window.bottom) + 1)};
}

bool IsDoubtful(double score, bool added) { return added || score < HogScanner::kSure; }

WindowSearch::WindowSearch(std::unique_ptr<const HogScanner> scanner, LandmarkReaders readers,
                           const FaceOdds& odds)
    : scanner_(std::move(scanner)), readers_(std::move(readers)), odds_(odds) {}

std::vector<FoundWindow> WindowSearch::Search(const cv::Mat& grey, double threshold,
                                              bool doubts) const {
  const bool looks_lower = doubts && readers_.blurred != nullptr;
  // A little less, so that rounding decides about nothing.
  const double least_probability = ProbabilityOfScore(threshold - 1e-6);
  const double least_beside_sharp = std::min(kLeastBesideSharp, threshold);
  std::vector<FoundWindow> found;
  std::vector<FoundWindow> doubtful;
  // Windows that the search is sure of come first.
  for (const HogWindow& window :
       scanner_->Scan(grey, looks_lower ? std::min(kLeast, threshold) : threshold)) {
    if (!IsToRead(window)) {
      if (window.score >= threshold) found.push_back(Know(grey, window));
      continue;
    }
    if (!found.empty() && window.score < least_beside_sharp) continue;
    if (IsTaken(RectOf(window), found) || IsTooSharp(grey, window)) continue;
    FoundWindow face =
        Judge(grey, window, odds_.LeastReading(least_probability, window.score, window.added));
    if (face.score >= threshold) doubtful.push_back(std::move(face));
  }
  std::stable_sort(doubtful.begin(), doubtful.end(),
                   [](const FoundWindow& a, const FoundWindow& b) { return a.score > b.score; });
  for (FoundWindow& face : doubtful) {
    if (!IsTaken(face.square, found)) found.push_back(std::move(face));
  }
  return found;
}

std::vector<FoundWindow> WindowSearch::Windows(const cv::Mat& grey, double least) const {
  constexpr double kAlwaysTwice = std::numeric_limits<double>::infinity();
  std::vector<FoundWindow> windows;
  for (const HogWindow& window : scanner_->Scan(grey, least)) {
    if (IsTooSharp(grey, window)) continue;
    windows.push_back(IsToRead(window) ? Judge(grey, window, kAlwaysTwice) : Know(grey, window));
  }
  return windows;
}

FaceReading WindowSearch::ReadKnown(const cv::Mat& grey, const cv::Rect& square) const {
  const LandmarkReader* reader = (readers_.usual ? readers_.usual : readers_.blurred).get();
  return reader != nullptr ? reader->Read(grey, square) : FaceReading();
}

bool WindowSearch::IsToRead(const HogWindow& window) const {
  return readers_.blurred != nullptr && IsDoubtful(window.score, window.added);
}

FoundWindow WindowSearch::Know(const cv::Mat& grey, const HogWindow& window) const {
  return Found(window, ReadKnown(grey, RectOf(window)));
}

FoundWindow WindowSearch::Judge(const cv::Mat& grey, const HogWindow& window, double enough) const {
  const LandmarkReader& reader = *readers_.blurred;
  FaceReading reading = reader.Read(grey, RectOf(window), std::min(enough, kWorthALook));
  if (reading.face < enough && reading.face >= kWorthALook && !reading.square.empty()) {
    FaceReading again = reader.Read(grey, reading.square, kWorthALook);
    if (again.face > reading.face) reading = std::move(again);
  }
  FoundWindow found = Found(window, std::move(reading));
  if (found.reading.face) {
    found.score =
        ScoreOfProbability(odds_.Probability(window.score, *found.reading.face, window.added));
  }
  return found;
}

}  // namespace facedeblur
