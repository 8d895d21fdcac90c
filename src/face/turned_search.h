#pragma once

#include <functional>
#include <opencv2/core.hpp>
#include <vector>

#include "facedeblur/face/detector.h"

// Which angles a photo is searched at, and which of the faces found there count.
namespace facedeblur {

/// Looks for faces that are turned by `turn` degrees in a grey copy of a photo, at `scale`; those
/// that score `threshold` and more, in the photo's pixels.
using AngleSearch = std::function<std::vector<DetectedFace>(const cv::Mat& grey, double scale,
                                                            int turn, double threshold)>;

/// The faces of a photo of the size `photo`, from a copy at `scale`: see FaceDetector::Detect().
std::vector<DetectedFace> SearchAngles(const DetectorOptions& options, cv::Size photo,
                                       const cv::Mat& grey, double scale,
                                       const AngleSearch& search);

/// What of the options a detector's identity must tell; empty for upright faces alone.
const char* DescribeTurns(const DetectorOptions& options);

}  // namespace facedeblur
