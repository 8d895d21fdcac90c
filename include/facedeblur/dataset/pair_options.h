#pragma once

#include <variant>
#include <vector>

#include "facedeblur/dataset/blur_kernel.h"

namespace facedeblur {

/// What a camera and later editing add to a blur. Shares are of all images.
struct DegradationOptions {
  double linear_light = 0.5;     ///< share blurred in linear light (gamma 2.2) ...
  double highlights = 0.5;       ///< ... of those, share whose lights exceed white before the blur
  double variation = 0.15;       ///< share whose blur varies over the image ...
  double max_turn = 10;          ///< ... by turning up to this from end to end, degrees ...
  double max_stretch = 0.15;     ///< ... and growing or shrinking by up to this part
  double max_noise = 0.02;       ///< read noise: standard deviation drawn from 0 to this
  double max_shot_noise = 0.01;  ///< shot noise: root of the variance per unit of light, likewise
  double resample = 0.15;        ///< share that is shrunk and enlarged again ...
  double min_resample = 0.65;    ///< ... to this size at the smallest
  double jpeg = 0.3;             ///< share that goes through JPEG ...
  int min_jpeg_quality = 70;     ///< ... of a quality from this ...
  int max_jpeg_quality = 97;     ///< ... to this
};

/// How training pairs are drawn from sharp faces.
struct PairOptions {
  int chip_size = 128;
  double min_eye_distance = 36;  ///< of the drawn chip, pixels: how large the face is in it
  double max_eye_distance = 84;
  double max_rotation = 12;  ///< degrees, either way
  double max_shift = 0.12;   ///< of the chip size, either way, besides alignment
  bool flip = true;          ///< mirror every other pair
  /// Chips may reach over the photo's edge, where it is mirrored. Otherwise faces that fill their
  /// photo are drawn larger, and chips are shifted.
  bool over_edge = false;
  double elsewhere = 0;  ///< share of chips that show no face or a part of one; with over_edge
  KernelOptions kernel;
  DegradationOptions degradation;

  /// Throws Error(kUsage), naming the options, where one is outside its range or two do not fit
  /// together (a minimum above its maximum, an even kernel size, shares that exceed 1).
  void Validate() const;
};

/// An option of PairOptions as data, so that every command can offer all of them by one loop.
struct RangeOption {
  const char* name;  ///< on the command line: "--max-noise"
  /// Where its value is; a bool is a flag, without a range.
  std::variant<double* (*)(PairOptions*), int* (*)(PairOptions*), bool* (*)(PairOptions*)> field;
  double low = 0;   ///< smallest value allowed
  double high = 1;  ///< largest
  const char* help = "";
};

/// How a face lies in its chip.
const std::vector<RangeOption>& PlacementOptionTable();

/// The options of all degradations (DegradationTable()), in its order.
const std::vector<RangeOption>& DegradationOptionTable();

}  // namespace facedeblur
