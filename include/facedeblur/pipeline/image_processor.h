#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "facedeblur/face/chip.h"
#include "facedeblur/face/detector.h"
#include "facedeblur/image/image.h"
#include "facedeblur/pipeline/process_options.h"
#include "facedeblur/restore/restorer.h"

// What happens inside one image. No files here: the steps are pure, so that they can run on any
// thread, the faces of an image at the same time.
namespace facedeblur {

/// One face on its way through the network.
struct FaceTask {
  DetectedFace face;      ///< without landmarks when the image is one aligned face
  ChipGeometry geometry;  ///< of the face
  BlurEstimate blur;      ///< of the face's chip
  /// Confidence() of the restored face; 1 where the network tells no kernel to judge it by.
  double confidence = 1;
  bool has_surroundings = false;  ///< are restored, too: see RestoredGeometry()
  // Empty until RestoreFace(); CV_32FC3.
  cv::Mat before;  ///< the face as cut from the image
  cv::Mat after;   ///< the same as restored
  cv::Mat change;  ///< what is to be added to the image at RestoredGeometry()

  /// The place of what is restored.
  ChipGeometry RestoredGeometry() const {
    return has_surroundings ? WithSurroundings(geometry) : geometry;
  }
};

/// Finds the faces, largest first; the whole image is the one face where `options.aligned` says
/// so, and `detector` may be null.
std::vector<DetectedFace> DetectFaces(const cv::Mat& pixels, const FaceDetector* detector,
                                      const ProcessOptions& options);

/// Places the chips of the faces to restore.
std::vector<FaceTask> PlaceFaces(cv::Size image_size, std::vector<DetectedFace> faces,
                                 const ChipTemplate& chip_template, const ProcessOptions& options);

/// Cuts the chip, with its surroundings where `extent` wants them, and restores it; what cannot be
/// believed of the restoration is taken back.
void RestoreFace(const cv::Mat& pixels, const FaceRestorer& restorer, Extent extent,
                 const ParallelFor& parallel, FaceTask* task);

/// The same with task->blur as it is and the surroundings that the task has.
void RestoreByBlur(const cv::Mat& pixels, const FaceRestorer& restorer, const ParallelFor& parallel,
                   FaceTask* task);

/// Blends all restored faces into the image, in place.
void BlendFaces(const std::vector<FaceTask>& tasks, double strength, Image* image);

/// As BlendFaces(), and restores the rest of the image with the blur that the faces show.
void BlendPhoto(const std::vector<FaceTask>& tasks, const FaceRestorer& restorer, double strength,
                const ParallelFor& parallel, Image* image);

}  // namespace facedeblur
