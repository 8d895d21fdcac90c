#include "facedeblur/eval/evaluator.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <mutex>
#include <opencv2/imgproc.hpp>

#include "eval/wiener_oracle.h"
#include "facedeblur/image/metrics.h"
#include "facedeblur/nn/device.h"
#include "facedeblur/synth/degradation.h"
#include "facedeblur/util/random.h"
#include "facedeblur/util/task_pool.h"

namespace facedeblur {
namespace {

cv::Mat To8Bit(const cv::Mat& chip) {
  cv::Mat rounded;
  chip.convertTo(rounded, CV_8U, 255);
  return rounded;
}

Score ScoreOf(const cv::Mat& picture, const cv::Mat& truth) {
  constexpr double kEqual = 100;  // stands for the infinite PSNR of equal pictures
  return {std::min(kEqual, Psnr(picture, truth)), Ssim(picture, truth)};
}

/// The best score over shifts of up to 3 pixels in half-pixel steps (Levin et al., CVPR 2009), over
/// the part of the picture that every shift fills. PSNR decides.
Score BestShiftScore(const cv::Mat& picture, const cv::Mat& truth) {
  constexpr int kReach = 3;
  const cv::Rect inside(kReach + 1, kReach + 1, truth.cols - 2 * kReach - 2,
                        truth.rows - 2 * kReach - 2);
  const cv::Mat target = truth(inside);
  double best = -1;
  cv::Mat best_picture;
  for (int dy = -2 * kReach; dy <= 2 * kReach; ++dy) {
    for (int dx = -2 * kReach; dx <= 2 * kReach; ++dx) {
      const cv::Matx23d shift(1, 0, 0.5 * dx, 0, 1, 0.5 * dy);
      cv::Mat moved;
      cv::warpAffine(picture, moved, shift, picture.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
      const double psnr = std::min(100.0, Psnr(moved(inside), target));
      if (psnr <= best) continue;
      best = psnr;
      best_picture = moved(inside).clone();
    }
  }
  return ScoreOf(best_picture, target.clone());
}

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
  return To8Bit(blurred);
}

PairScores ScorePair(const cv::Mat& sharp, const cv::Mat& kernel, const FaceRestorer& restorer,
                     double noise, Random* random) {
  const cv::Mat truth = To8Bit(sharp);
  const cv::Mat blurred = BlurByProtocol(sharp, kernel, noise, random);
  cv::Mat chip;
  blurred.convertTo(chip, CV_32F, 1 / 255.0);
  const auto begin = std::chrono::steady_clock::now();
  const cv::Mat restored = To8Bit(restorer.Restore(chip));
  const auto end = std::chrono::steady_clock::now();
  PairScores scores;
  scores.kernel_size = kernel.rows;
  scores.seconds = std::chrono::duration<double>(end - begin).count();
  scores.blurred = ScoreOf(blurred, truth);
  scores.restored = ScoreOf(restored, truth);
  scores.blurred_shift = BestShiftScore(blurred, truth);
  scores.restored_shift = BestShiftScore(restored, truth);
  scores.oracle = ScoreOf(To8Bit(WienerOracle(chip, kernel)), truth);
  return scores;
}

}  // namespace

EvaluationProtocol MsplProtocol() { return {}; }

EvaluationProtocol ShenProtocol() {
  EvaluationProtocol protocol;
  protocol.name = "shen";
  protocol.noise = 0.01;
  return protocol;
}

MeanScore Summarize(const std::vector<PairScores>& pairs, Score PairScores::*method,
                    std::uint64_t seed) {
  MeanScore summary;
  std::size_t faces = 0;
  for (const PairScores& pair : pairs) faces = std::max(faces, pair.face + 1);
  std::vector<double> sums(faces);
  std::vector<double> counts(faces);
  for (const PairScores& pair : pairs) {
    summary.mean.psnr += (pair.*method).psnr / static_cast<double>(pairs.size());
    summary.mean.ssim += (pair.*method).ssim / static_cast<double>(pairs.size());
    sums[pair.face] += (pair.*method).psnr;
    counts[pair.face] += 1;
  }
  constexpr int kDraws = 1000;
  Random random(seed);
  std::vector<double> means;
  for (int draw = 0; draw < kDraws; ++draw) {
    double sum = 0;
    double count = 0;
    for (std::size_t i = 0; i < faces; ++i) {
      const auto face = static_cast<std::size_t>(random.Integer(0, static_cast<int>(faces) - 1));
      sum += sums[face];
      count += counts[face];
    }
    if (count > 0) means.push_back(sum / count);
  }
  std::sort(means.begin(), means.end());
  if (!means.empty()) {
    summary.psnr_low = means[means.size() / 40];
    summary.psnr_high = means[means.size() - 1 - means.size() / 40];
  }
  return summary;
}

cv::Mat EvaluationChip(const SharpFace& face, int chip_size) {
  const auto points = AlignmentPoints(face.landmarks);
  const cv::Point2d across = cv::Point2d(points[1]) - cv::Point2d(points[0]);
  const cv::Point2d down(-across.y, across.x);
  const double distance = std::hypot(across.x, across.y);
  const cv::Point2d middle = 0.5 * (cv::Point2d(points[0]) + cv::Point2d(points[1])) + 0.4 * down;
  const double scale = 0.4 * chip_size / distance;
  const double angle = -std::atan2(across.y, across.x);
  Similarity chip_from_image{scale * std::cos(angle), scale * std::sin(angle), 0, 0};
  const cv::Point2d moved = chip_from_image(middle);
  chip_from_image.tx = 0.5 * (chip_size - 1) - moved.x;
  chip_from_image.ty = 0.5 * (chip_size - 1) - moved.y;
  return ExtractChip(face.pixels, {chip_size, chip_from_image});
}

std::vector<cv::Mat> ProtocolKernels(const EvaluationProtocol& protocol) {
  std::vector<cv::Mat> kernels;
  Random random(protocol.seed);
  for (int size = protocol.min_kernel; size <= protocol.max_kernel; size += 2) {
    for (int i = 0; i < protocol.kernels_per_size; ++i) {
      const cv::Mat kernel = CameraShakeKernel(size, &random);
      kernels.push_back(protocol.centered ? CenterKernel(kernel) : kernel);
    }
  }
  return kernels;
}

std::vector<PairScores> Evaluate(const FaceSet& faces, const FaceRestorer& restorer,
                                 const EvaluationProtocol& protocol, std::size_t threads) {
  const std::vector<cv::Mat> kernels = ProtocolKernels(protocol);
  const std::size_t per_face =
      protocol.kernels_per_face > 0
          ? std::min(kernels.size(), static_cast<std::size_t>(protocol.kernels_per_face))
          : kernels.size();
  std::vector<PairScores> scores(faces.faces().size() * per_face);
  const auto score_face = [&](std::size_t face) {
    const cv::Mat sharp = EvaluationChip(faces.faces()[face], protocol.chip_size);
    for (std::size_t i = 0; i < per_face; ++i) {
      // Fewer than all: spread over the sizes, and different from face to face.
      const std::size_t kernel = (i * kernels.size() / per_face + face) % kernels.size();
      const std::size_t pair = face * per_face + i;
      Random random(protocol.seed + 1, pair);
      scores[pair] = ScorePair(sharp, kernels[kernel], restorer, protocol.noise, &random);
      scores[pair].face = face;
    }
  };
  std::mutex mutex;
  std::exception_ptr failure;
  TaskPool pool(threads, PrepareInferenceThread);
  for (std::size_t face = 0; face < faces.faces().size(); ++face) {
    pool.Submit(0, [&, face] {
      try {
        score_face(face);
      } catch (...) {
        const std::lock_guard<std::mutex> lock(mutex);
        failure = std::current_exception();
      }
    });
  }
  pool.Join();
  if (failure) std::rethrow_exception(failure);
  return scores;
}

}  // namespace facedeblur
