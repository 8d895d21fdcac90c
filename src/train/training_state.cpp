#include "train/training_state.h"

#include <torch/serialize.h>

#include <sstream>
#include <string>

#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"

namespace facedeblur {

void SaveState(const std::filesystem::path& path, const TrainingState& state) {
  torch::serialize::OutputArchive archive;
  torch::serialize::OutputArchive network;
  torch::serialize::OutputArchive optimizer;
  state.objective->module().save(network);
  state.optimizer->save(optimizer);
  archive.write("network", network);
  archive.write("optimizer", optimizer);
  for (std::size_t i = 0; i < state.average.size(); ++i) {
    archive.write("average" + std::to_string(i), state.average[i]);
  }
  archive.write("step", torch::tensor(state.step));
  archive.write("best_psnr", torch::tensor(state.best_psnr, torch::kFloat64));
  std::ostringstream stream;
  archive.save_to(stream);
  const std::string text = stream.str();
  WriteFileAtomically(path, Bytes(text.begin(), text.end()), Clobber::kReplace);
}

void LoadState(const std::filesystem::path& path, TrainingState* state) {
  try {
    torch::serialize::InputArchive archive;
    archive.load_from(path.string());
    torch::serialize::InputArchive network;
    torch::serialize::InputArchive optimizer;
    archive.read("network", network);
    archive.read("optimizer", optimizer);
    state->objective->module().load(network);
    state->optimizer->load(optimizer);
    for (std::size_t i = 0; i < state->average.size(); ++i) {
      archive.read("average" + std::to_string(i), state->average[i]);
    }
    torch::Tensor number;
    archive.read("step", number);
    state->step = number.item<std::int64_t>();
    archive.read("best_psnr", number);
    state->best_psnr = number.item<double>();
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kModel,
                path.string() + ": cannot resume from it: " + DescribeException(error));
  }
}

}  // namespace facedeblur
