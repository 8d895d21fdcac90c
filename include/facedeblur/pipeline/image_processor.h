#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "facedeblur/face/chip.h"
#include "facedeblur/face/detector.h"
#include "facedeblur/image/image.h"
#include "facedeblur/restore/restorer.h"

namespace facedeblur {

/// What happens inside one image. No files here: the steps are pure, so that they can run on any
/// thread, the faces of an image at the same time.
struct ProcessOptions {
  bool aligned = false;  ///< the image is one aligned face: no detection, all of it is restored
  int max_faces = 0;     ///< only the largest so many faces; 0: all
  double strength = 1;   ///< 0 (nothing changes) .. 1
};

/// One face on its way through the network.
struct FaceTask {
  DetectedFace face;  ///< without landmarks when the image is one aligned face
  ChipGeometry geometry;
  cv::Mat before;  ///< chip as cut from the image, CV_32FC3
  cv::Mat after;   ///< chip as restored; empty until RestoreFace()
  cv::Mat kernel;  ///< the blur seen in `before`, as FaceRestorer::EstimateKernel(); often empty
};

/// Finds the faces, largest first; the whole image is the one face where `options.aligned` says
/// so, and `detector` may be null.
std::vector<DetectedFace> DetectFaces(const cv::Mat& pixels, const FaceDetector* detector,
                                      const ProcessOptions& options);

/// Places the chips of the faces to restore.
std::vector<FaceTask> PlaceFaces(cv::Size image_size, std::vector<DetectedFace> faces,
                                 const ChipTemplate& chip_template, const ProcessOptions& options);

/// Cuts the chip and restores it.
void RestoreFace(const cv::Mat& pixels, const FaceRestorer& restorer, const ParallelFor& parallel,
                 FaceTask* task);

/// Blends all restored faces into the image, in place.
void BlendFaces(const std::vector<FaceTask>& tasks, double strength, Image* image);

}  // namespace facedeblur
