#pragma once

#include <array>
#include <opencv2/core.hpp>
#include <vector>

namespace facedeblur {

inline constexpr int kHogPlanes = 31;  ///< features of a cell
inline constexpr int kHogCell = 8;     ///< pixels

/// The features of an image, one plane after the other; in each plane row by row without gaps.
struct HogPlanes {
  std::array<const float*, kHogPlanes> planes = {};
  cv::Size cells;
};

/// Histograms of gradients in cells of 8 x 8 pixels, as dlib defines them (fhog.h, after
/// Felzenszwalb et al., TPAMI 32-9, 2010), but for the last digits. A third of dlib's time: a table
/// tells the direction and length of a gradient, and all else is done for many cells side by side.
class HogFeatures {
 public:
  /// Of a CV_8UC1 image, without its outermost cells. `padding`, at least 1, puts so many rows and
  /// columns of zeros less one around them, the odd one below and on the right. Gives nothing for
  /// an image of fewer than three cells in a direction. The planes hold until the next call.
  HogPlanes Compute(const cv::Mat& grey, int padding);

 private:
  void SumVotes(const cv::Mat& grey);
  void VoteInRow(const cv::Mat& grey, int y, int right);
  void SumEnergies();
  void WriteFeatures(int row, cv::Size padded, cv::Point first);
  void SetLimits(int row);
  void AddShares(const float* entries, float* sums, float* textures) const;
  const float* Histograms(int row, int direction) const;

  // Kept from one image to the next for their memory alone.
  cv::Size cells_;
  std::vector<float> histograms_;  ///< by row, direction and column; one row and column more around
  std::vector<float> votes_;       ///< of one row of pixels, likewise by direction and column
  std::vector<float> energies_;    ///< of each cell
  std::vector<float> limits_;      ///< of entries, for each block and cell of a row
  std::vector<float> scales_;      ///< what entries are multiplied by, likewise
  std::vector<float> textures_;    ///< the sums of a cell's entries, likewise
  std::vector<float> axis_;        ///< a row's entries of one axis
  std::vector<float> features_;
};

}  // namespace facedeblur
