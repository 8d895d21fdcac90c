#pragma once

#include <opencv2/core.hpp>

namespace facedeblur {

/// The input of a model file's self-test, CV_8UC3: a pattern and no face, so that no model file
/// carries a photo of somebody.
cv::Mat SelfTestPattern(int size);

}  // namespace facedeblur
