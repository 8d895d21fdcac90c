#pragma once

#include <opencv2/core.hpp>

#include "facedeblur/util/random.h"

namespace facedeblur {

/// A made-up image without a face, CV_32FC3, grey, 0..1, `size` squared: clouds of random
/// coarseness (noise of several octaves) with ellipses and bars of all sizes on them. Blurred, some
/// look like eyes and mouths.
cv::Mat DrawTexture(int size, Random* random);

}  // namespace facedeblur
