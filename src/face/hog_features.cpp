#include "face/hog_features.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace facedeblur {
namespace {

constexpr int kAxes = 9;
constexpr int kDirections = 2 * kAxes;  // both ways along each axis
constexpr int kBlocks = 4;              // of 2 x 2 cells, around each cell

// dlib's, to its digits: 0 to 160 degrees.
constexpr float kAxisOf[kAxes][2] = {{1.0000F, 0.0000F},  {0.9397F, 0.3420F},  {0.7660F, 0.6428F},
                                     {0.5000F, 0.8660F},  {0.1736F, 0.9848F},  {-0.1736F, 0.9848F},
                                     {-0.5000F, 0.8660F}, {-0.7660F, 0.6428F}, {-0.9397F, 0.3420F}};

/// What a pixel with some gradient adds to the histograms around it.
struct Vote {
  float length = 0;
  int direction = 0;
};

class VoteTable {
 public:
  VoteTable() : votes_(std::size_t{kSide} * kSide) {
    for (int down = -kLargest; down <= kLargest; ++down) FillRow(down);
  }

  const Vote& Of(int across, int down) const {
    return votes_[(down + kLargest) * kSide + across + kLargest];
  }

 private:
  static constexpr int kLargest = 255;
  static constexpr int kSide = 2 * kLargest + 1;

  void FillRow(int down) {
    float best[kSide] = {};
    int direction[kSide] = {};
    for (int axis = 0; axis < kAxes; ++axis) {
      for (int i = 0; i < kSide; ++i) {
        const auto across = static_cast<float>(i - kLargest);
        const float along = across * kAxisOf[axis][0] + static_cast<float>(down) * kAxisOf[axis][1];
        const bool better = std::abs(along) > best[i];
        best[i] = better ? std::abs(along) : best[i];
        direction[i] = better ? (along > 0 ? axis : axis + kAxes) : direction[i];
      }
    }
    Vote* row = &votes_[static_cast<std::size_t>(down + kLargest) * kSide];
    for (int i = 0; i < kSide; ++i) {
      const int across = i - kLargest;
      row[i] = {std::sqrt(static_cast<float>(across * across + down * down)), direction[i]};
    }
  }

  std::vector<Vote> votes_;
};

/// A pixel lies between the middles of two cells in each direction: how far it is past the first of
/// them, and which that is, counted from the column or row of cells before the image.
struct Between {
  explicit Between(int pixel)
      : first((pixel + kHogCell / 2) / kHogCell),
        past((static_cast<float>((pixel + kHogCell / 2) % kHogCell) + 0.5F) / kHogCell) {}
  int first;
  float past;
};

/// Where gradients end: the last pixel, of the image or of its cells, has no neighbour to take one
/// from.
int EndOf(int pixels, int cells) { return std::min(cells * kHogCell, pixels) - 1; }

}  // namespace

HogPlanes HogFeatures::Compute(const cv::Mat& grey, int padding) {
  cells_ = {(grey.cols + kHogCell / 2) / kHogCell, (grey.rows + kHogCell / 2) / kHogCell};
  if (cells_.width < 3 || cells_.height < 3) return {};
  SumVotes(grey);
  SumEnergies();
  const cv::Size padded = cells_ + cv::Size(padding - 3, padding - 3);
  const auto plane = static_cast<std::size_t>(padded.area());
  features_.assign(kHogPlanes * plane, 0);
  const cv::Point first((padding - 1) / 2, (padding - 1) / 2);
  for (int row = 1; row + 1 < cells_.height; ++row) WriteFeatures(row, padded, first);
  HogPlanes hog;
  for (int i = 0; i < kHogPlanes; ++i) hog.planes[i] = &features_[i * plane];
  hog.cells = padded;
  return hog;
}

/// Each pixel's gradient counts in the four cells around it, by bilinear weights.
void HogFeatures::SumVotes(const cv::Mat& grey) {
  const std::size_t row_size = std::size_t{kDirections} * (cells_.width + 2);
  histograms_.assign((cells_.height + 2) * row_size, 0);
  votes_.assign(row_size, 0);
  const int right = EndOf(grey.cols, cells_.width);
  const int bottom = EndOf(grey.rows, cells_.height);
  for (int y = 1; y < bottom; ++y) {
    VoteInRow(grey, y, right);
    const Between between(y);
    float* __restrict const above = &histograms_[between.first * row_size];
    float* __restrict const below = above + row_size;
    float* __restrict const votes = votes_.data();
    for (std::size_t i = 0; i < row_size; ++i) {
      above[i] += (1 - between.past) * votes[i];
      below[i] += between.past * votes[i];
      votes[i] = 0;
    }
  }
}

void HogFeatures::VoteInRow(const cv::Mat& grey, int y, int right) {
  static const VoteTable table;
  const int columns = cells_.width + 2;
  const auto* const above = grey.ptr<unsigned char>(y - 1);
  const auto* const row = grey.ptr<unsigned char>(y);
  const auto* const below = grey.ptr<unsigned char>(y + 1);
  for (int x = 1; x < right; ++x) {
    const Vote& vote = table.Of(row[x + 1] - row[x - 1], below[x] - above[x]);
    const Between between(x);
    float* const cell = &votes_[vote.direction * columns + between.first];
    const float second = between.past * vote.length;
    cell[0] += vote.length - second;
    cell[1] += second;
  }
}

/// The squares of what points along each axis, whichever way.
void HogFeatures::SumEnergies() {
  energies_.assign(cells_.area(), 0);
  for (int row = 0; row < cells_.height; ++row) {
    float* const energies = &energies_[static_cast<std::size_t>(row) * cells_.width];
    for (int axis = 0; axis < kAxes; ++axis) {
      const float* const there = Histograms(row, axis);
      const float* const back = Histograms(row, axis + kAxes);
      for (int x = 0; x < cells_.width; ++x) {
        energies[x] += (there[x] + back[x]) * (there[x] + back[x]);
      }
    }
  }
}

/// Of a row's cells but the first and the last: by direction, by axis, and by block.
void HogFeatures::WriteFeatures(int row, cv::Size padded, cv::Point first) {
  SetLimits(row);
  const int width = cells_.width - 2;
  textures_.assign(limits_.size(), 0);
  const auto plane = [&](int number) {
    const std::size_t y = static_cast<std::size_t>(number) * padded.height + first.y + row - 1;
    return &features_[y * padded.width + first.x];
  };
  for (int direction = 0; direction < kDirections; ++direction) {
    AddShares(Histograms(row, direction) + 1, plane(direction), textures_.data());
  }
  axis_.resize(width);
  for (int axis = 0; axis < kAxes; ++axis) {
    const float* const there = Histograms(row, axis) + 1;
    const float* const back = Histograms(row, axis + kAxes) + 1;
    for (int x = 0; x < width; ++x) axis_[x] = there[x] + back[x];
    AddShares(axis_.data(), plane(kDirections + axis), nullptr);
  }
  constexpr float kTexture = 2 * 0.2357F;  // about 2 / sqrt(18), to dlib's digits
  for (int block = 0; block < kBlocks; ++block) {
    float* const out = plane(kDirections + kAxes + block);
    for (int x = 0; x < width; ++x) out[x] = kTexture * textures_[block * width + x];
  }
}

/// Each cell lies in four blocks of 2 x 2 cells. Entries are divided by the root of a block's
/// energy and cut off at 0.2, and half of the sum over the blocks is a feature.
void HogFeatures::SetLimits(int row) {
  constexpr float kCutOff = 0.2F;
  constexpr float kHalf = 0.5F;
  constexpr float kLeastEnergy = 1e-4F;
  const int width = cells_.width - 2;
  limits_.resize(std::size_t{kBlocks} * width);
  scales_.resize(limits_.size());
  for (int block = 0; block < kBlocks; ++block) {
    const int up = block % 2;
    const int left = block / 2;
    const float* const upper = &energies_[(row - up) * cells_.width + 1 - left];
    const float* const lower = upper + cells_.width;
    for (int x = 0; x < width; ++x) {
      const float energy = upper[x] + upper[x + 1] + lower[x] + lower[x + 1] + kLeastEnergy;
      limits_[block * width + x] = kCutOff * std::sqrt(energy);
    }
  }
  for (std::size_t i = 0; i < limits_.size(); ++i) scales_[i] = kCutOff * kHalf / limits_[i];
}

/// Adds one entry of each cell to `sums`, and each block's part of it to `textures`, if any.
void HogFeatures::AddShares(const float* entries, float* sums, float* textures) const {
  const int width = cells_.width - 2;
  for (int block = 0; block < kBlocks; ++block) {
    const std::size_t first = static_cast<std::size_t>(block) * width;
    const float* const limits = &limits_[first];
    const float* const scales = &scales_[first];
    for (int x = 0; x < width; ++x) sums[x] += std::min(entries[x], limits[x]) * scales[x];
    if (textures == nullptr) continue;
    float* const texture = textures + first;
    for (int x = 0; x < width; ++x) texture[x] += std::min(entries[x], limits[x]) * scales[x];
  }
}

/// Of all cells in a row of the image.
const float* HogFeatures::Histograms(int row, int direction) const {
  const int columns = cells_.width + 2;
  return &histograms_[(static_cast<std::size_t>(row + 1) * kDirections + direction) * columns + 1];
}

}  // namespace facedeblur
