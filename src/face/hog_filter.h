#pragma once

#include <array>
#include <cstddef>
#include <opencv2/core.hpp>
#include <vector>

#include "face/hog_features.h"

namespace facedeblur {

inline constexpr int kWindowCells = 10;  ///< windows are squares of so many cells

/// A window that scores enough.
struct ScoredCells {
  cv::Point first;  ///< its upper left cell
  double score = 0;
};

/// The outer product of a column with a row, which is a part of one plane's weights.
struct SeparableFilter {
  std::size_t plane = 0;
  std::array<float, kWindowCells> column = {};
  std::array<float, kWindowCells> row = {};
  double energy = 0;  ///< the sum of the product's squares
};

/// A sub-detector: a window's score is the sum of its features times the weights of this, less a
/// threshold. A search estimates all scores by separable filters, as few as keep 0.8 of the
/// weights' energy, and computes those that may be high enough as they are defined. Face windows
/// resemble the weights, so an estimate is divided by that share.
class HogFilter {
 public:
  /// The weights plane by plane, row by row, and the threshold. Throws std::invalid_argument where
  /// they are not as many.
  explicit HogFilter(const std::vector<float>& numbers);

  /// Appends the windows that score `least` and more. Estimates may be off, so a window near that
  /// limit may be missed: of 9,110 windows of 104 pictures that score -1.25 and more, three were,
  /// none of them above -1.19.
  void Find(const HogPlanes& hog, double least, std::vector<ScoredCells>* found) const;

  /// The score of the window whose upper left cell is `first`.
  double Score(const HogPlanes& hog, cv::Point first) const;

 private:
  /// The scores' estimates in a part of the image.
  struct Tile;

  static void Add(const SeparableFilter& filter, const HogPlanes& hog, Tile* tile);
  void FindIn(const HogPlanes& hog, double least, Tile* tile,
              std::vector<ScoredCells>* found) const;

  std::vector<float> weights_;
  double threshold_;
  std::vector<SeparableFilter> filters_;
  double kept_energy_ = 1;
};

}  // namespace facedeblur
