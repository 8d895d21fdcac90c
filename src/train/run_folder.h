#pragma once

#include <torch/types.h>

#include <filesystem>
#include <opencv2/core.hpp>
#include <string>

#include "train/objective.h"
#include "train/training_log.h"
#include "train/training_state.h"

namespace facedeblur {

/// The folder of a training run and the files in it.
class RunFolder {
 public:
  /// Makes the folder where it is missing; the others go into weights files. Throws Error(kOutput).
  RunFolder(std::filesystem::path folder, std::string network, WeightsNotes notes);

  /// Goes on where an earlier run in this folder was saved, if there was one. `device` is where the
  /// state's tensors are.
  void Resume(const torch::Device& device, TrainingState* state) const;

  /// state.pt and, of the averaged weights, weights.h5.
  void Save(TrainingState* state) const;

  /// The averaged weights as best.h5.
  void SaveBest(TrainingState* state) const;

  void WriteExamples(const cv::Mat& examples) const;

  /// Cut down to `samples` pairs: a run that was killed logged more than it saved.
  TrainingLog OpenLog(std::int64_t samples) const;

  /// The log's curves.
  void WritePlots(const TrainingLog& log) const;

 private:
  std::filesystem::path StateFile() const { return folder_ / "state.pt"; }
  void SaveWeights(const std::string& name, TrainingState* state) const;

  std::filesystem::path folder_;
  std::string network_;
  WeightsNotes notes_;
};

}  // namespace facedeblur
