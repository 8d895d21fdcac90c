#include "train/run_folder.h"

#include <utility>

#include "facedeblur/image/write_png.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "train/training_curves.h"

namespace facedeblur {

RunFolder::RunFolder(std::filesystem::path folder, std::string network, WeightsNotes notes)
    : folder_(std::move(folder)), network_(std::move(network)), notes_(std::move(notes)) {
  std::error_code failed;
  std::filesystem::create_directories(folder_, failed);
  if (failed) throw Error(ErrorKind::kOutput, folder_.string() + ": " + failed.message());
}

void RunFolder::Resume(const torch::Device& device, TrainingState* state) const {
  if (std::filesystem::exists(StateFile())) LoadState(StateFile(), device, state);
}

void RunFolder::Save(TrainingState* state) const {
  SaveState(StateFile(), *state);
  SaveWeights("weights.h5", state);
}

void RunFolder::SaveBest(TrainingState* state) const { SaveWeights("best.h5", state); }

void RunFolder::SaveWeights(const std::string& name, TrainingState* state) const {
  const WeightAverage::InPlace average(&state->average);
  WriteFileAtomically(folder_ / name, state->objective->Serialize(network_, notes_),
                      Clobber::kReplace);
}

void RunFolder::WriteExamples(const cv::Mat& examples) const {
  WritePng(folder_ / "examples.png", examples);
}

TrainingLog RunFolder::OpenLog(std::int64_t samples) const {
  return TrainingLog(folder_ / "log.jsonl", samples);
}

void RunFolder::WritePlots(const TrainingLog& log) const { facedeblur::WritePlots(log, folder_); }

}  // namespace facedeblur
