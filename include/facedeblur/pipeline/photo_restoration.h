#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "facedeblur/face/compositor.h"
#include "facedeblur/pipeline/shared_blur.h"
#include "facedeblur/restore/restorer.h"
#include "facedeblur/util/task_pool.h"

namespace facedeblur {

/// Restores all of a photo but for its faces, with the blur that these show: tile by tile, of a
/// fixed size, so that memory beyond a copy of the photo depends on its width alone. Where the blur
/// does not explain the photo (a sharp background behind a face that moved, plain sky with nothing
/// but noise in it) nothing changes. `faces` are the changes of the faces, their overlaps shared:
/// what their masks leave over is restored here. Changes `pixels` in place. The result does not
/// depend on `parallel`.
void RestorePhoto(const PhotoBlur& blur, const std::vector<ChipChange>& faces,
                  const FaceRestorer& restorer, double strength, const ParallelFor& parallel,
                  cv::Mat* pixels);

/// How far a blur explains a part of a photo, 0..1 for each pixel, CV_32FC1: the restored part is
/// blurred again, and what that leaves of the original's detail is compared with this detail.
/// `blurred`, `restored`: CV_32FC3, 0..1. `kernel`: CV_32F, an image is the sharp one correlated
/// with it.
cv::Mat ExplainedByBlur(const cv::Mat& blurred, const cv::Mat& restored, const cv::Mat& kernel);

}  // namespace facedeblur
