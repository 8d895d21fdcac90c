#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "facedeblur/face/landmarks.h"
#include "facedeblur/face/similarity.h"

namespace facedeblur {

/// Where a network wants the five alignment points to be, in a square chip of `size` pixels.
struct ChipTemplate {
  int size = 0;
  std::vector<cv::Point2f> points;
};

/// The face networks' template: 160 pixels, the eyes 42 apart.
ChipTemplate FaceNetworkTemplate();

/// Chip sizes are multiples of 32 (networks halve the image up to five times) in this range.
inline constexpr int kMinChipSize = 64;
inline constexpr int kMaxChipSize = 512;
inline constexpr int kChipSizeStep = 32;

/// A chip's size and place in its photo.
struct ChipGeometry {
  int size = 0;
  Similarity chip_from_image;
};

/// Places a chip on a face at the face's own scale. The size is the smallest allowed one that does
/// not shrink the face, so that cutting it out loses nothing; faces too large for kMaxChipSize are
/// shrunk to it. Throws Error(kUsage) unless given 68 landmarks that CanBeAligned().
ChipGeometry PlaceChip(const Landmarks& landmarks, const ChipTemplate& chip_template);

/// A chip that is the whole image, for images that are one aligned face. The image lies in the
/// middle of a square of an allowed size and is shrunk only where it exceeds kMaxChipSize.
ChipGeometry WholeImageChip(cv::Size image);

/// The same chip with a margin of a quarter of its size on each side: 1.5 times as large, at the
/// same scale.
ChipGeometry WithSurroundings(const ChipGeometry& geometry);

/// Cuts a chip out of a photo: CV_32FC3, BGR, range 0..1, from 8- or 16-bit pixels with 1, 3 or 4
/// channels (alpha is ignored). What lies outside the photo is mirrored, never black. Throws
/// Error(kUsage) where the whole chip lies outside.
cv::Mat ExtractChip(const cv::Mat& pixels, const ChipGeometry& geometry);

/// Converts a whole image (as for ExtractChip) to CV_32FC3, BGR, range 0..1.
cv::Mat ToFloatBgr(const cv::Mat& pixels);

/// Resizes a floating-point chip, averaging when it shrinks.
cv::Mat ResizeChip(const cv::Mat& chip, cv::Size size);
inline cv::Mat ResizeChip(const cv::Mat& chip, int size) {
  return ResizeChip(chip, cv::Size(size, size));
}

}  // namespace facedeblur
