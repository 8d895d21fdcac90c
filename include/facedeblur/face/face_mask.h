#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "facedeblur/face/chip.h"

namespace facedeblur {

/// Where a face is, for three purposes; all begin with the hull of its landmarks.

/// For blending a changed chip into its photo: 1 on the face (jaw line to forehead, dilated a
/// little), falling softly to 0 outside, and 0 along the chip's border. CV_32FC1, 0..1.
cv::Mat BlendingMask(const Landmarks& landmarks, const ChipGeometry& geometry);

/// For blending a head, from a chip with its surroundings: 1 on face, hair and ears, falling softly
/// to 0 over neck and surroundings, and 0 along the chip's border. CV_32FC1, 0..1.
cv::Mat HeadMask(const Landmarks& landmarks, const ChipGeometry& geometry);

/// For blending a chip that is the whole image: ones. CV_32FC1.
cv::Mat FullMask(int size);

/// For scoring inside the face: 255 between brows and chin, 0 elsewhere, without soft edges.
/// CV_8UC1, `size` squared.
cv::Mat ScoringMask(const Landmarks& landmarks, const Similarity& chip_from_image, int size);

/// For comparing photos where the tool changes them: 255 wherever the head mask of one of the faces
/// is not 0, for the template of the face networks. CV_8UC1; empty where there is no face.
cv::Mat ChangedRegion(const std::vector<DetectedFace>& faces, cv::Size photo);

}  // namespace facedeblur
