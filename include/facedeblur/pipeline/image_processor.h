#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "facedeblur/face/chip.h"
#include "facedeblur/face/detector.h"
#include "facedeblur/image/image.h"
#include "facedeblur/restore/restorer.h"

namespace facedeblur {

/// How far around a face the photo is restored.
enum class Extent {
  kFace,   ///< jaw to forehead
  kHead,   ///< hair, ears and neck too, where the network estimates a blur kernel
  kPhoto,  ///< all that is blurred as the faces are, where the network estimates a blur kernel
};

/// What happens inside one image. No files here: the steps are pure, so that they can run on any
/// thread, the faces of an image at the same time.
struct ProcessOptions {
  bool aligned = false;  ///< the image is one aligned face: no detection, all of it is restored
  int max_faces = 0;     ///< only the largest so many faces; 0: all
  Extent extent = Extent::kHead;
  double strength = 1;  ///< 0 (nothing changes) .. 1
};

/// One face on its way through the network.
struct FaceTask {
  DetectedFace face;              ///< without landmarks when the image is one aligned face
  ChipGeometry geometry;          ///< of the face
  BlurEstimate blur;              ///< of the face's chip
  bool has_surroundings = false;  ///< around the face in both images: see RestoredGeometry()
  cv::Mat before;                 ///< as cut from the image, CV_32FC3
  cv::Mat after;                  ///< as restored; empty until RestoreFace()

  /// The place of `before` and `after`.
  ChipGeometry RestoredGeometry() const {
    return has_surroundings ? WithSurroundings(geometry) : geometry;
  }

  /// The face's own chip in `before` or `after`.
  cv::Mat FaceOf(const cv::Mat& restored) const;
};

/// Finds the faces, largest first; the whole image is the one face where `options.aligned` says
/// so, and `detector` may be null.
std::vector<DetectedFace> DetectFaces(const cv::Mat& pixels, const FaceDetector* detector,
                                      const ProcessOptions& options);

/// Places the chips of the faces to restore.
std::vector<FaceTask> PlaceFaces(cv::Size image_size, std::vector<DetectedFace> faces,
                                 const ChipTemplate& chip_template, const ProcessOptions& options);

/// Cuts the chip, with its surroundings where `extent` wants them, and restores it.
void RestoreFace(const cv::Mat& pixels, const FaceRestorer& restorer, Extent extent,
                 const ParallelFor& parallel, FaceTask* task);

/// Blends all restored faces into the image, in place.
void BlendFaces(const std::vector<FaceTask>& tasks, double strength, Image* image);

/// As BlendFaces(), and restores the rest of the image with the blur that the faces show.
void BlendPhoto(const std::vector<FaceTask>& tasks, const FaceRestorer& restorer, double strength,
                const ParallelFor& parallel, Image* image);

}  // namespace facedeblur
