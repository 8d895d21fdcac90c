#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "facedeblur/face/chip.h"

namespace facedeblur {

/// What a network did to one face: the change, not the new pixels, so that nothing is lost where
/// nothing changed.
struct ChipChange {
  ChipGeometry geometry;
  cv::Mat residual;  ///< after - before, CV_32FC3 BGR, range -1..1, geometry.size squared
  cv::Mat mask;      ///< CV_32FC1, 0..1, geometry.size squared
};

/// The soft mask of a face in its chip: 1 on the face (jaw line to forehead, dilated a little),
/// falling to 0 outside, and 0 along the chip's border. CV_32FC1.
cv::Mat FaceMask(const Landmarks& landmarks, const ChipGeometry& geometry);

/// A mask of ones, for pictures that are one aligned face.
cv::Mat FullMask(int size);

/// Makes masks share the pixels where faces overlap: earlier faces in the list go first, later ones
/// get what is left, so that no pixel is changed by more than one whole change.
void ShareOverlaps(std::vector<ChipChange>* changes);

/// The rectangle around the picture's pixels that a change can reach; empty where its mask is. It
/// may lie outside the picture in part.
cv::Rect ReachedRegion(const ChipChange& change);

/// Adds `strength` times a change, warped back into the picture and weighted with its mask, in
/// the picture's own depth with rounding. Alpha and all pixels outside the masks keep their bits;
/// so does everything where the residual is zero. Pictures without colour (one channel, or equal
/// ones) stay so: the change is reduced to its luma (ITU-R BT.601).
void ApplyChange(const ChipChange& change, double strength, cv::Mat* pixels);

}  // namespace facedeblur
