#pragma once

#include <dlib/geometry.h>
#include <dlib/matrix.h>

#include <cstdint>
#include <filesystem>
#include <vector>

#include "face/landmark_reader.h"

namespace facedeblur {

/// dlib's shape predictor (Kazemi and Sullivan, "One Millisecond Face Alignment with an Ensemble of
/// Regression Trees", CVPR 2014). It reads the files of dlib::shape_predictor and finds the same
/// landmarks, which dlib rounds to whole pixels, but loads the 100 MB of the 68-point model in a
/// quarter of the time.
class LandmarkModel : public LandmarkReader {
 public:
  /// Throws Error(kModel) with the cause, not the path, when the file cannot be read or is no shape
  /// predictor.
  explicit LandmarkModel(const std::filesystem::path& file);

  std::size_t points() const { return static_cast<std::size_t>(mean_shape_.size()) / 2; }

  using LandmarkReader::Read;
  FaceReading Read(const cv::Mat& grey, const cv::Rect& window, double least) const override;

 private:
  /// Which way to go at a node: left when the first feature exceeds the second by more than the
  /// threshold. Nodes lie as in a heap: the children of i are 2i+1 and 2i+2.
  struct Split {
    std::uint32_t first;
    std::uint32_t second;
    float threshold;
  };
  struct Tree {
    std::size_t splits;  ///< index of its first one in splits_
    std::size_t split_count;
    std::size_t leaves;  ///< index of its first one in leaves_; each is as long as a shape
  };
  /// A stage of the cascade: features are pixels placed relative to the nearest landmark.
  struct Stage {
    std::vector<Tree> trees;
    std::vector<unsigned long> anchors;
    std::vector<dlib::vector<float, 2>> deltas;
  };
  class Reader;

  const float* Leaf(const Tree& tree, const std::vector<float>& features) const;
  void ReadTree(Reader* reader, Tree* tree);
  void ReadAnchors(Reader* reader);
  void ReadDeltas(Reader* reader);
  void RequireSound() const;

  dlib::matrix<float, 0, 1> mean_shape_;
  std::vector<Stage> stages_;
  std::vector<Split> splits_;
  std::vector<float> leaves_;
};

}  // namespace facedeblur
