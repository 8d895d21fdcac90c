#pragma once

#include <opencv2/core.hpp>

namespace facedeblur {

/// The mean absolute response of a grey image (CV_32F) to what a plane or a straight edge does not
/// have, within a rectangle (Immerkaer, "Fast Noise Variance Estimation", 1996). In a blurred image
/// that is noise; its standard deviation is NoiseOf() this.
double FinestStructure(const cv::Mat& grey, const cv::Rect& inside);

/// The standard deviation of white noise with this much of the finest structure.
double NoiseOf(double finest_structure);

}  // namespace facedeblur
