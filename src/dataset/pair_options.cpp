#include "facedeblur/dataset/pair_options.h"

#include <sstream>
#include <string>

#include "facedeblur/dataset/degradation.h"
#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

void Require(bool holds, const std::string& message) {
  if (!holds) throw Error(ErrorKind::kUsage, message);
}

void RequireInRange(const RangeOption& option, PairOptions options) {
  const double value =
      std::visit([&](auto field) { return static_cast<double>(*field(&options)); }, option.field);
  std::ostringstream message;
  message << option.name << " must be from " << option.low << " to " << option.high;
  Require(value >= option.low && value <= option.high, message.str());  // neither holds for NaN
}

}  // namespace

const std::vector<RangeOption>& PlacementOptionTable() {
  static const std::vector<RangeOption> table = {
      {"--min-eyes", [](PairOptions* o) { return &o->min_eye_distance; }, 4, 400,
       "Smallest eye distance in a chip, pixels"},
      {"--max-eyes", [](PairOptions* o) { return &o->max_eye_distance; }, 4, 400,
       "Largest eye distance, pixels"},
      {"--max-rotation", [](PairOptions* o) { return &o->max_rotation; }, 0, 180,
       "Largest turn of a face to either side, degrees"},
      {"--max-shift", [](PairOptions* o) { return &o->max_shift; }, 0, 0.5,
       "Largest shift of a face, as a part of the chip"},
      {"--over-edge", [](PairOptions* o) { return &o->over_edge; }, 0, 1,
       "Let chips reach over the photo's edge, where it is mirrored"},
      {"--elsewhere", [](PairOptions* o) { return &o->elsewhere; }, 0, 1,
       "Share of chips that show no face: beside it, a part of it, or made up; needs --over-edge"}};
  return table;
}

const std::vector<RangeOption>& DegradationOptionTable() {
  static const std::vector<RangeOption> table = [] {
    std::vector<RangeOption> options;
    for (const DegradationEntry& entry : DegradationTable()) {
      options.insert(options.end(), entry.options.begin(), entry.options.end());
    }
    return options;
  }();
  return table;
}

void PairOptions::Validate() const {
  for (const RangeOption& option : PlacementOptionTable()) RequireInRange(option, *this);
  for (const RangeOption& option : DegradationOptionTable()) RequireInRange(option, *this);
  Require(kernel.min_shake % 2 == 1 && kernel.max_size % 2 == 1, "kernel sizes must be odd");
  Require(kernel.min_shake <= kernel.max_size, "--min-shake is larger than --max-kernel");
  Require(kernel.min_sigma <= kernel.max_sigma, "--min-sigma is larger than --max-sigma");
  Require(kernel.min_radius <= kernel.max_radius, "--min-radius is larger than --max-radius");
  constexpr double kRounding = 1e-9;
  Require(
      kernel.none + kernel.gaussian + kernel.defocus + kernel.composed <= 1 + kRounding,
      "the shares of kernels (--none, --gaussian, --defocus, --composed) add up to more than 1");
  Require(degradation.min_jpeg_quality <= degradation.max_jpeg_quality,
          "--min-jpeg-quality is larger than --max-jpeg-quality");
  Require(elsewhere == 0 || over_edge, "--elsewhere needs --over-edge");
  Require(min_eye_distance <= max_eye_distance, "--min-eyes is larger than --max-eyes");
}

}  // namespace facedeblur
