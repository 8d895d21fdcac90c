#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "facedeblur/dataset/training_pair.h"

namespace facedeblur {

struct PairWriterOptions {
  std::filesystem::path output;
  bool whole_photos = false;
  int count = 1;  ///< pairs of each photo
  PairOptions pairs;
  std::uint64_t seed = 1;
  std::size_t threads = 1;
  std::filesystem::path preview;    ///< PNG to look at; empty: none
  std::function<bool()> stop = {};  ///< asked before every pair
};

struct PairWriterResult {
  std::int64_t pairs = 0;
  std::vector<std::string> problems;  ///< photos that could not be used, one line each
};

/// Writes pairs of aligned chips: sharp/NAME.png, blurred/NAME.png and kernels/NAME.png for every
/// pair, and manifest.jsonl, which says what each pair is. A kernel is stored as a 16-bit grey
/// image with its largest entry white: divided by its sum it is the kernel again. The same options
/// give the same bytes for any number of threads. Throws Error(kOutput).
PairWriterResult WriteFacePairs(const FaceSet& faces, const PairWriterOptions& options);

/// The same for the whole photos below a folder (see MakePhotoPair()). Photos are read as they are
/// needed.
PairWriterResult WritePhotoPairs(const std::filesystem::path& folder,
                                 const PairWriterOptions& options);

}  // namespace facedeblur
