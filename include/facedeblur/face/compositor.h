#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "facedeblur/face/chip.h"

namespace facedeblur {

/// What a network did to one face. It is the change and not the new pixels, so that nothing is lost
/// where nothing changed.
struct ChipChange {
  ChipGeometry geometry;
  cv::Mat residual;  ///< after - before, CV_32FC3 BGR, range -1..1, geometry.size squared
  cv::Mat mask;      ///< CV_32FC1, 0..1, geometry.size squared
};

/// Makes masks share the pixels where faces overlap: earlier faces in the list go first, later ones
/// get what is left. So no pixel changes by more than one whole change.
void ShareOverlaps(std::vector<ChipChange>* changes);

/// The rectangle around the image's pixels that a change can reach; empty where its mask is all 0.
/// It may lie outside the image in part.
cv::Rect ReachedRegion(const ChipChange& change);

/// Adds `strength` times a change to an image, warped back into it, weighted with the mask and
/// rounded to the image's depth. Alpha, all pixels outside the mask, and those whose residual is
/// zero keep their bits. Images without colour (one channel, or three equal ones) stay so: the
/// change is reduced to its luma (ITU-R BT.601).
void ApplyChange(const ChipChange& change, double strength, cv::Mat* pixels);

}  // namespace facedeblur
