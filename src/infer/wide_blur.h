#pragma once

#include <torch/types.h>

#include <opencv2/core.hpp>

#include "facedeblur/util/task_pool.h"
#include "infer/face_wiener_runner.h"

namespace facedeblur {

/// The blur kernel of one chip.
struct SeenKernel {
  torch::Tensor kernel;  ///< KxK, K odd, float32, on the CPU
  double agreement = 1;  ///< FaceWienerRunner::TwoLooks::agreement
};

/// The RMS radius of a chip's first estimate from which on it may be cut short by its 27 pixels.
inline constexpr double kMaybeWide = 5.5;

/// Kernels wider than an estimate's 27 pixels, found in smaller copies of the chip (CV_32FC3, as
/// FaceWienerRunner takes them), where they are narrower. Where a copy of 3/4 of its size shows a
/// kernel that is wider than the one `seen` in the chip itself, that one was cut short; likewise a
/// copy of 5/8 beside the one of 3/4. The widest is brought to the chip's scale and solved for
/// there. Where none is wider, `seen` it is. Worth 1.2 dB with kernels of 29 to 65 pixels
/// (models/EXPERIMENTS.md).
SeenKernel WidestKernel(const FaceWienerRunner& network, const cv::Mat& chip, SeenKernel seen,
                        const ParallelFor& parallel);

}  // namespace facedeblur
