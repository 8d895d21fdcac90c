#pragma once

#include <filesystem>

#include "facedeblur/backend/weights_info.h"

namespace facedeblur {

/// What a face_finder.dat is, in the words of weights files. It has no chips of its own. Throws
/// Error(kModel) with a line that names the file.
WeightsInfo DescribeFinder(const std::filesystem::path& file);

}  // namespace facedeblur
