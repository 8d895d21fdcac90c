#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <opencv2/core.hpp>
#include <vector>

#include "facedeblur/finder/train_finder.h"

namespace facedeblur {

/// A copy of a photo to train on, or to try a search on.
struct FinderPhoto {
  cv::Mat grey;                   ///< CV_8UC1; empty: the photo shows no face, or cannot be used
  std::vector<cv::Rect2f> faces;  ///< to find: squares of the range of sizes, pixels of the copy
  std::vector<cv::Rect2f> other_faces;  ///< neither to find nor to avoid: small, or cut off
  std::filesystem::path file;           ///< what it is a copy of ...
  std::uint64_t number = 0;             ///< ... and what it was made with ...
  double scale = 1;                     ///< ... at this scale
};

/// As many photos of the folders as are wanted, in an order that only the seed decides.
std::vector<std::filesystem::path> DrawPhotos(const FinderTrainingOptions& options);

/// Throws Error(kInput) where the training is to stop.
void ThrowIfStopped(const FinderTrainingOptions& options);

/// A blurred copy of a sharp photo. `number` decides, with the options, what it goes through.
FinderPhoto MakeFinderPhoto(const std::filesystem::path& photo, std::uint64_t number,
                            const FinderTrainingOptions& options, const FaceDetector& detector);

/// The same copy with all of its faces covered: it shows what is around them, and none to find.
FinderPhoto WithFacesCovered(const FinderPhoto& photo, const FinderTrainingOptions& options);

/// A picture of shapes and noise, which shows no face.
FinderPhoto MakeUpPicture(std::uint64_t number, std::uint64_t seed);

}  // namespace facedeblur
