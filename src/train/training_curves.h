#pragma once

#include <filesystem>

#include "train/training_log.h"

namespace facedeblur {

/// The log's curves: loss.png, kernel.png and psnr.png, as far as there is something to draw.
void WritePlots(const TrainingLog& log, const std::filesystem::path& folder);

}  // namespace facedeblur
