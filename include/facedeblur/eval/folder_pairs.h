#pragma once

#include <filesystem>

#include "facedeblur/eval/evaluation_pair.h"

namespace facedeblur {

/// Every face with the image of the same relative path and stem below `blurred`. The faces were
/// found below `sharp` and must outlive the source. Throws Error(kInput) for images that are
/// missing; making a pair throws it where the two images differ in size.
PairSource FolderPairs(const FaceSet& faces, const std::filesystem::path& sharp,
                       const std::filesystem::path& blurred, int chip_size);

/// As FolderPairs() for images that are chips already, square and of one size, without a search for
/// faces.
PairSource AlignedPairs(const std::filesystem::path& sharp, const std::filesystem::path& blurred);

}  // namespace facedeblur
