#include "facedeblur/eval/protocol.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "facedeblur/dataset/blur_kernel.h"
#include "facedeblur/face/chip.h"
#include "facedeblur/face/face_mask.h"
#include "facedeblur/image/sample_depth.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/random.h"

namespace facedeblur {
namespace {

/// Mirrored border, correlation, noise, 8-bit rounding.
cv::Mat BlurByProtocol(const cv::Mat& sharp, const cv::Mat& kernel, double noise, Random* random) {
  cv::Mat blurred;
  cv::filter2D(sharp, blurred, CV_32F, kernel, {-1, -1}, 0, cv::BORDER_REFLECT_101);
  if (noise > 0) {
    for (int y = 0; y < blurred.rows; ++y) {
      auto* row = blurred.ptr<float>(y);
      for (int i = 0; i < blurred.cols * 3; ++i) {
        row[i] += static_cast<float>(noise * random->Normal());
      }
    }
  }
  return ToEightBits(blurred);
}

}  // namespace

EvaluationProtocol MsplProtocol() { return {}; }

EvaluationProtocol ShenProtocol() {
  EvaluationProtocol protocol;
  protocol.name = "shen";
  protocol.noise = 0.01;
  return protocol;
}

std::vector<cv::Mat> ProtocolKernels(const EvaluationProtocol& protocol) {
  std::vector<cv::Mat> kernels;
  Random random(protocol.seed);
  for (int size = protocol.min_kernel; size <= protocol.max_kernel; size += 2) {
    for (int i = 0; i < protocol.kernels_per_size; ++i) {
      const cv::Mat kernel =
          size < 3 ? cv::Mat(cv::Mat::ones(1, 1, CV_32F)) : CameraShakeKernel(size, &random);
      kernels.push_back(protocol.centered ? CenterKernel(kernel) : kernel);
    }
  }
  return kernels;
}

PairSource ProtocolPairs(const FaceSet& faces, const EvaluationProtocol& protocol) {
  const std::vector<cv::Mat> kernels = ProtocolKernels(protocol);
  if (kernels.empty()) throw Error(ErrorKind::kUsage, "the protocol has no kernels");
  const std::size_t per_face =
      protocol.kernels_per_face > 0
          ? std::min(kernels.size(), static_cast<std::size_t>(protocol.kernels_per_face))
          : kernels.size();
  const auto make = [&faces, protocol, kernels, per_face](std::size_t index) {
    EvaluationPair pair;
    pair.face = index / per_face;
    const SharpFace& face = faces.faces()[pair.face];
    const Similarity placement = EvaluationPlacement(face, protocol.chip_size);
    const cv::Mat sharp = ExtractChip(face.pixels, {protocol.chip_size, placement});
    pair.sharp = ToEightBits(sharp);
    pair.face_mask = ScoringMask(face.landmarks, placement, protocol.chip_size);
    pair.landmarks = placement(face.landmarks);
    // Fewer than all: spread over the sizes, and different from face to face.
    const std::size_t i = index % per_face;
    pair.kernel = kernels[(i * kernels.size() / per_face + pair.face) % kernels.size()];
    Random random(protocol.seed + 1, index);
    pair.blurred = BlurByProtocol(sharp, pair.kernel, protocol.noise, &random);
    return pair;
  };
  return {faces.faces().size() * per_face, make};
}

}  // namespace facedeblur
