#pragma once

#include <opencv2/core.hpp>

namespace facedeblur {

/// Covers a face's square of a float BGR image, and the head around it, with colours that run from
/// each side to the others: nothing of a face is left.
void CoverFace(const cv::Rect2f& square, cv::Mat* bgr);

}  // namespace facedeblur
