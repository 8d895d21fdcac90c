#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "facedeblur/backend/trainer_options.h"

namespace facedeblur {

/// The log of a run: one JSON object per report.
class TrainingLog {
 public:
  /// Keeps the lines up to `samples`: a run that was killed logged more than it saved. Throws
  /// Error(kOutput).
  TrainingLog(std::filesystem::path file, std::int64_t samples);

  /// Throws Error(kOutput).
  void Append(const TrainingProgress& progress) const;

  /// Every line's numbers by name, oldest first.
  std::vector<std::map<std::string, double>> Read() const;

 private:
  std::filesystem::path file_;
};

}  // namespace facedeblur
