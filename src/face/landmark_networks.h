#pragma once

#include <memory>
#include <mutex>
#include <opencv2/core.hpp>
#include <vector>

#include "face/landmark_reader.h"
#include "facedeblur/face/finder_file.h"
#include "facedeblur/face/similarity.h"

namespace facedeblur {

/// The chip of the first network for a window of the search.
Similarity FirstChip(const cv::Rect& window);

/// Reads landmarks with small convolutional networks (kLandmarkStages) that were trained on blurred
/// faces. The first one looks at the search's window, each other one at a chip that the landmarks
/// of the one before turn upright.
class LandmarkNetworks : public LandmarkReader {
 public:
  /// Throws Error(kModel) where a tensor is missing or has another number of values.
  explicit LandmarkNetworks(std::vector<NamedNumbers> networks);
  ~LandmarkNetworks() override;

  using LandmarkReader::Read;
  FaceReading Read(const cv::Mat& grey, const cv::Rect& window, double least) const override;

 private:
  class Net;
  class Borrowed;
  using Nets = std::vector<std::unique_ptr<Net>>;

  std::vector<NamedNumbers> networks_;
  mutable std::mutex mutex_;
  mutable std::vector<Nets> idle_;  ///< nets serve one thread at a time
};

}  // namespace facedeblur
