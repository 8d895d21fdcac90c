#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "facedeblur/train/trainer.h"

namespace facedeblur {

/// The log of a run: one JSON object per report.
class TrainingLog {
 public:
  /// Drops lines beyond `samples`: what a killed run had logged after its last saved state.
  TrainingLog(std::filesystem::path file, std::int64_t samples);

  void Append(const TrainingProgress& progress);

  /// Every line's numbers by name, oldest first.
  std::vector<std::map<std::string, double>> Read() const;

 private:
  std::filesystem::path file_;
};

/// Curves of the log as pictures: loss.png (training and validation) and psnr.png, where there is
/// something to draw.
void WritePlots(const TrainingLog& log, const std::filesystem::path& folder);

}  // namespace facedeblur
