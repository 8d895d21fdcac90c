#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace facedeblur {

/// One row of images under a title.
struct SheetRow {
  std::string title;
  std::vector<cv::Mat> cells;  ///< as ToEightBits takes them, 1 or 3 channels (BGR), any size
};

/// Lays rows out under each other on white, every image scaled to fit a square of `cell_size`
/// pixels (small ones by whole factors, so that pixels stay visible). CV_8UC3.
/// Throws Error(kUsage) when there is no image.
cv::Mat MakeContactSheet(const std::vector<SheetRow>& rows, int cell_size);

/// A blur kernel as an image to look at: CV_32FC1, its largest entry white.
cv::Mat KernelImage(const cv::Mat& kernel);

}  // namespace facedeblur
