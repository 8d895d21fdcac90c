#pragma once

#include <opencv2/core.hpp>

namespace facedeblur {

/// Correlates a CV_32FC3 image (0..1) with a kernel and keeps the part where the kernel never
/// reaches over the edge: the result is smaller by kernel size - 1, and all of it has real
/// surroundings.
cv::Mat BlurInside(const cv::Mat& sharp, const cv::Mat& kernel);

/// As BlurInside(), with a kernel that varies smoothly over the image: `kernel` in its middle,
/// turned and stretched towards its ends (a blend of the two ends' blurs, as in Nagy and O'Leary,
/// "Restoring images degraded by spatially variant blur", SIAM J. Sci. Comput. 19-4, 1998).
/// `direction` in radians.
cv::Mat BlurVarying(const cv::Mat& sharp, const cv::Mat& kernel, double turn_degrees,
                    double stretch, double direction);

}  // namespace facedeblur
