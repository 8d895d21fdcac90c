#include "facedeblur/pipeline/photo_restoration.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace facedeblur {
namespace {

// In pixels of the kernel's scale. Tiles overlap by two margins; over the middle half of those
// their shares cross over.
constexpr int kTile = 384;
constexpr int kMargin = 32;
constexpr int kStep = kTile - 2 * kMargin;

/// The tiles of a photo: a grid at the kernel's scale.
struct TileGrid {
  cv::Size2d photo;  // its size at that scale
  double scale;

  int columns() const { return static_cast<int>(std::ceil(photo.width / kStep)); }
  int rows() const { return static_cast<int>(std::ceil(photo.height / kStep)); }

  /// Edges (at -0.5) of the photo map to edges.
  ChipGeometry Place(int column, int row) const {
    ChipGeometry geometry;
    geometry.size = kTile;
    const double shift = 0.5 * (scale - 1) + kMargin;
    geometry.chip_from_image = {scale, 0, shift - column * kStep, shift - row * kStep};
    return geometry;
  }
};

/// The share of a tile along one axis: those of neighbours sum to 1, and nobody else claims what
/// lies at the photo's border.
cv::Mat SharesAlong(bool first, bool last) {
  cv::Mat shares(1, kTile, CV_32F);
  for (int i = 0; i < kTile; ++i) {
    const auto rise = [](double past) {  // 0 to 1 over a margin around 0
      const double t = std::clamp(past / kMargin + 0.5, 0.0, 1.0);
      return t * t * (3 - 2 * t);
    };
    const double in = first ? 1 : rise(i + 0.5 - kMargin);
    const double out = last ? 1 : rise(kTile - kMargin - i - 0.5);
    shares.at<float>(i) = static_cast<float>(in * out);
  }
  return shares;
}

cv::Mat GreyOf(const cv::Mat& bgr) {
  cv::Mat grey;
  cv::cvtColor(bgr, grey, cv::COLOR_BGR2GRAY);
  return grey;
}

class PhotoRestoration {
 public:
  PhotoRestoration(const PhotoBlur& blur, const std::vector<ChipChange>& faces,
                   const FaceRestorer& restorer, const cv::Mat& photo)
      : blur_(blur),
        faces_(faces),
        restorer_(restorer),
        photo_(photo),
        grid_{{photo.cols * blur.scale, photo.rows * blur.scale}, blur.scale} {}

  const TileGrid& grid() const { return grid_; }

  ChipChange RestoreTile(int column, int row) const {
    ChipChange change;
    change.geometry = grid_.Place(column, row);
    change.mask = SharesAlong(row == 0, row + 1 == grid_.rows()).t() *
                  SharesAlong(column == 0, column + 1 == grid_.columns());
    LeaveOut(change.geometry, &change.mask);
    if (cv::countNonZero(change.mask) == 0) return change;
    const cv::Mat before = ExtractChip(photo_, change.geometry);
    change.residual = cv::Mat::zeros(before.size(), CV_32FC3);
    const std::vector<double> weights = WeightsAt(change.geometry);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (weights[i] > 0) change.residual += weights[i] * ChangeBy(blur_.blurs[i].kernel, before);
    }
    return change;
  }

 private:
  /// What the faces change is theirs: their masks are shared, so the rest is 1 less their sum.
  void LeaveOut(const ChipGeometry& tile, cv::Mat* mask) const {
    cv::Mat rest = cv::Mat::ones(mask->size(), CV_32F);
    for (const ChipChange& face : faces_) {
      const Similarity tile_from_face =
          tile.chip_from_image * face.geometry.chip_from_image.Inverse();
      cv::Mat taken;
      cv::warpAffine(face.mask, taken, tile_from_face.Matrix(), mask->size(), cv::INTER_LINEAR,
                     cv::BORDER_CONSTANT, cv::Scalar(0));
      rest = cv::max(rest - taken, 0.0);
    }
    *mask = mask->mul(rest);
  }

  /// Of each blur in a tile; they sum to 1. Whatever hardly counts is not worth a restoration.
  std::vector<double> WeightsAt(const ChipGeometry& tile) const {
    constexpr double kLeast = 0.1;
    const cv::Point2d middle(0.5 * (kTile - 1), 0.5 * (kTile - 1));
    const cv::Point2d place = tile.chip_from_image.Inverse()(middle);
    std::vector<double> weights;
    double sum = 0;
    for (const SharedBlur& blur : blur_.blurs) sum += blur.WeightAt(place);
    double kept = 0;
    for (const SharedBlur& blur : blur_.blurs) {
      const double weight = blur.WeightAt(place) / sum;
      weights.push_back(weight >= kLeast ? weight : 0);
      kept += weights.back();
    }
    for (double& weight : weights) weight /= kept;
    return weights;
  }

  cv::Mat ChangeBy(const cv::Mat& kernel, const cv::Mat& before) const {
    const cv::Mat after = restorer_.RestoreRegion(before, {kernel}, RunInOrder);
    cv::Mat explained;
    cv::merge(std::vector<cv::Mat>(3, ExplainedByBlur(before, after, kernel)), explained);
    return (after - before).mul(explained);
  }

  const PhotoBlur& blur_;
  const std::vector<ChipChange>& faces_;
  const FaceRestorer& restorer_;
  const cv::Mat& photo_;
  TileGrid grid_;
};

}  // namespace

cv::Mat ExplainedByBlur(const cv::Mat& blurred, const cv::Mat& restored, const cv::Mat& kernel) {
  constexpr double kCoarse = 4;  // pixels: what is smoother than this is no detail
  constexpr double kNeighbourhood = 8;
  // Shares of the detail's energy that may stay unexplained.
  constexpr double kFully = 0.08;
  constexpr double kNotAtAll = 0.35;
  const cv::Mat grey = GreyOf(blurred);
  cv::Mat again;
  cv::filter2D(GreyOf(restored), again, CV_32F, kernel, {-1, -1}, 0, cv::BORDER_REFLECT_101);
  cv::Mat smooth;
  cv::GaussianBlur(grey, smooth, {}, kCoarse);
  const auto energy = [&](const cv::Mat& difference) {
    cv::Mat local;
    cv::GaussianBlur(difference.mul(difference), local, {}, kNeighbourhood);
    return local;
  };
  const cv::Mat unexplained = energy(grey - again);
  const cv::Mat detail = energy(grey - smooth);
  cv::Mat trust(grey.size(), CV_32F);
  for (int y = 0; y < trust.rows; ++y) {
    for (int x = 0; x < trust.cols; ++x) {
      const double share = unexplained.at<float>(y, x) / (detail.at<float>(y, x) + 1e-9);
      const double t = std::clamp((kNotAtAll - share) / (kNotAtAll - kFully), 0.0, 1.0);
      trust.at<float>(y, x) = static_cast<float>(t * t * (3 - 2 * t));
    }
  }
  return trust;
}

void RestorePhoto(const PhotoBlur& blur, const std::vector<ChipChange>& faces,
                  const FaceRestorer& restorer, double strength, const ParallelFor& parallel,
                  cv::Mat* pixels) {
  if (blur.blurs.empty()) return;
  cv::Mat restored = pixels->clone();  // tiles overlap: each must see what none has changed
  const PhotoRestoration restoration(blur, faces, restorer, *pixels);
  const TileGrid& grid = restoration.grid();
  for (int row = 0; row < grid.rows(); ++row) {
    std::vector<ChipChange> changes(static_cast<std::size_t>(grid.columns()));
    parallel(changes.size(), [&](std::size_t column) {
      changes[column] = restoration.RestoreTile(static_cast<int>(column), row);
    });
    for (const ChipChange& change : changes) {
      if (!change.residual.empty()) ApplyChange(change, strength, &restored);
    }
  }
  restored.copyTo(*pixels);
}

}  // namespace facedeblur
