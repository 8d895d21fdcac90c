#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "facedeblur/eval/evaluation_pair.h"
#include "facedeblur/eval/face_identity.h"
#include "facedeblur/eval/score.h"
#include "facedeblur/restore/confidence.h"
#include "facedeblur/restore/restorer.h"

namespace facedeblur {

/// What is scored, in the order of the table.
enum class Method : std::size_t { kBlurred, kRestored, kUnsharpMask, kRichardsonLucy, kWiener };
inline constexpr std::size_t kMethodCount = 5;

struct MethodName {
  const char* key;    ///< in JSON
  const char* title;  ///< for people
  bool is_baseline;   ///< neither the input nor the network
};
inline constexpr std::array<MethodName, kMethodCount> kMethods = {{
    {"blurred", "blurred", false},
    {"restored", "restored", false},
    {"unsharp_mask", "unsharp mask", true},
    {"richardson_lucy", "Richardson-Lucy, true kernel", true},
    {"wiener", "Wiener, true kernel", true},
}};

/// One method's scores of one pair.
struct MethodScores {
  bool known = false;  ///< false where the method does not apply (no true kernel)
  Score chip;          ///< over the whole chip
  Score face;          ///< inside the face mask; as `chip` where there is no mask
  Score shifted;       ///< over the chip, after the best shift; blurred and restored only
};

struct PairScores {
  std::size_t face = 0;
  int kernel_size = 0;  ///< 0: not known
  std::array<MethodScores, kMethodCount> methods;
  double kernel_similarity = -1;  ///< of the estimated and the true kernel; -1: not known
  /// Of the restoration (Confidence()), and what it would gain if all of it were believed, PSNR of
  /// the chip; -1: there is no kernel to judge it by.
  double confidence = -1;
  double whole_gain = 0;
  RestorationEvidence evidence;  ///< what the confidence is made of
  double seconds = 0;            ///< of the network
  /// How far the faces are from the sharp one as persons (FaceIdentity); -1: not known.
  double blurred_distance = -1;
  double restored_distance = -1;

  const MethodScores& Of(Method method) const { return methods[static_cast<std::size_t>(method)]; }
};

/// Chips to look at: CV_8UC3.
struct ExampleChips {
  cv::Mat sharp;
  cv::Mat blurred;
  cv::Mat restored;
};

struct EvaluationOptions {
  std::size_t threads = 1;
  bool baselines = true;
  const FaceIdentity* identity = nullptr;  ///< null: distances stay unknown
  std::size_t examples = 0;                ///< chips kept to look at, spread over the pairs
};

struct Evaluation {
  std::vector<PairScores> scores;
  std::vector<ExampleChips> examples;
};

/// Restores and scores all pairs. The result does not depend on the number of threads. Throws what
/// making a pair throws.
Evaluation Evaluate(const PairSource& pairs, const FaceRestorer& restorer,
                    const EvaluationOptions& options);

/// A mean over pairs with a 95 % interval of PSNR from a bootstrap over faces (Efron 1979; 1,000
/// draws).
struct MeanScore {
  Score mean;
  double psnr_low = 0;
  double psnr_high = 0;
};
using ScoreGetter = std::function<Score(const PairScores&)>;
MeanScore Summarize(const std::vector<PairScores>& pairs, const ScoreGetter& score,
                    std::uint64_t seed);

/// The contact sheet: rows Clean, Blurry and Deblurred.
cv::Mat ExampleSheet(const std::vector<ExampleChips>& examples);

}  // namespace facedeblur
