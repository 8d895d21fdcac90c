#include "face/hog_filter.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace facedeblur {
namespace {

constexpr std::size_t kPlaneWeights = std::size_t{kWindowCells} * kWindowCells;
constexpr double kWantedEnergy = 0.8;
constexpr double kCaution = 1;  // how far estimates may be too low

/// Sums of ten numbers that lie `stride` apart, each times its weight, for `count` columns side by
/// side. Columns are the inner loop, so that compilers turn it into vector instructions; of two
/// sums in turn, none waits for the other (a quarter less time).
inline void Weigh(const float* __restrict in, std::ptrdiff_t stride,
                  const std::array<float, kWindowCells>& weights, int count, bool adds,
                  float* __restrict sums) {
  for (int x = 0; x < count; ++x) {
    float even = adds ? sums[x] : 0;
    float odd = 0;
    for (int i = 0; i < kWindowCells; i += 2) {
      even += weights[i] * in[i * stride + x];
      odd += weights[i + 1] * in[(i + 1) * stride + x];
    }
    sums[x] = even + odd;
  }
}

/// All that the weights are the sum of (by singular value decompositions of the planes), the
/// strongest first.
std::vector<SeparableFilter> SeparateWeights(const std::vector<float>& weights) {
  std::vector<SeparableFilter> filters;
  for (std::size_t plane = 0; plane < kHogPlanes; ++plane) {
    cv::Mat_<float> matrix(kWindowCells, kWindowCells);
    std::copy_n(weights.begin() + static_cast<std::ptrdiff_t>(plane * kPlaneWeights), kPlaneWeights,
                matrix.begin());
    const cv::SVD parts(matrix);
    for (int i = 0; i < kWindowCells; ++i) {
      const float value = parts.w.at<float>(i);
      SeparableFilter& filter = filters.emplace_back();
      filter.plane = plane;
      filter.energy = static_cast<double>(value) * value;
      for (int k = 0; k < kWindowCells; ++k) {
        filter.column[k] = value * parts.u.at<float>(k, i);
        filter.row[k] = parts.vt.at<float>(i, k);
      }
    }
  }
  std::stable_sort(
      filters.begin(), filters.end(),
      [](const SeparableFilter& a, const SeparableFilter& b) { return a.energy > b.energy; });
  return filters;
}

}  // namespace

struct HogFilter::Tile {
  static constexpr int kRows = 32;  // with the numbers between them in the first cache
  static constexpr int kColumns = 64;
  cv::Rect place;
  float sums[kRows][kColumns];
};

HogFilter::HogFilter(const std::vector<float>& numbers) : threshold_(0) {
  if (numbers.size() != kHogPlanes * kPlaneWeights + 1) {
    throw std::invalid_argument("a sub-detector for another window");
  }
  weights_.assign(numbers.begin(), numbers.end() - 1);
  threshold_ = numbers.back();
  double all = 0;
  for (const float weight : weights_) all += static_cast<double>(weight) * weight;
  double kept = 0;
  for (const SeparableFilter& filter : SeparateWeights(weights_)) {
    if (kept >= kWantedEnergy * all) break;
    kept += filter.energy;
    filters_.push_back(filter);
  }
  if (all > 0) kept_energy_ = kept / all;
}

void HogFilter::Find(const HogPlanes& hog, double least, std::vector<ScoredCells>* found) const {
  const cv::Rect windows(0, 0, hog.cells.width - kWindowCells + 1,
                         hog.cells.height - kWindowCells + 1);
  Tile tile;
  for (int y = 0; y < windows.height; y += Tile::kRows) {
    for (int x = 0; x < windows.width; x += Tile::kColumns) {
      tile.place = cv::Rect(x, y, Tile::kColumns, Tile::kRows) & windows;
      FindIn(hog, least, &tile, found);
    }
  }
}

void HogFilter::FindIn(const HogPlanes& hog, double least, Tile* tile,
                       std::vector<ScoredCells>* found) const {
  std::fill_n(&tile->sums[0][0], Tile::kRows * Tile::kColumns, 0.0F);
  for (const SeparableFilter& filter : filters_) Add(filter, hog, tile);
  const auto limit = static_cast<float>(kept_energy_ * (least + threshold_ - kCaution));
  for (int y = 0; y < tile->place.height; ++y) {
    for (int x = 0; x < tile->place.width; ++x) {
      if (tile->sums[y][x] < limit) continue;
      const cv::Point first = tile->place.tl() + cv::Point(x, y);
      const double score = Score(hog, first);
      if (score >= least) found->push_back({first, score});
    }
  }
}

void HogFilter::Add(const SeparableFilter& filter, const HogPlanes& hog, Tile* tile) {
  const int columns = tile->place.width;
  const int rows = tile->place.height;
  const std::ptrdiff_t stride = hog.cells.width;
  const float* const plane = hog.planes[filter.plane] + tile->place.y * stride + tile->place.x;
  float across[Tile::kRows + kWindowCells - 1][Tile::kColumns];
  for (int y = 0; y < rows + kWindowCells - 1; ++y) {
    Weigh(plane + y * stride, 1, filter.row, columns, false, across[y]);
  }
  for (int y = 0; y < rows; ++y) {
    Weigh(across[y], Tile::kColumns, filter.column, columns, true, tile->sums[y]);
  }
}

double HogFilter::Score(const HogPlanes& hog, cv::Point first) const {
  const std::ptrdiff_t stride = hog.cells.width;
  const float* weights = weights_.data();
  float sums[kWindowCells] = {};
  for (const float* const plane : hog.planes) {
    const float* row = plane + first.y * stride + first.x;
    for (int y = 0; y < kWindowCells; ++y, row += stride, weights += kWindowCells) {
      for (int x = 0; x < kWindowCells; ++x) sums[x] += weights[x] * row[x];
    }
  }
  double sum = 0;
  for (const float part : sums) sum += part;
  return sum - threshold_;
}

}  // namespace facedeblur
