#pragma once

#include <opencv2/core.hpp>

namespace facedeblur {

/// The input of a model file's self-test: a pattern, not a face, since a model file must carry
/// nobody's picture. CV_8UC3.
cv::Mat SelfTestPattern(int size);

}  // namespace facedeblur
