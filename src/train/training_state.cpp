#include "train/training_state.h"

#include <torch/serialize.h>

#include <sstream>
#include <string>

#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"

namespace facedeblur {
namespace {

/// Tensors are stored under their numbers: an archive takes only names that are valid in Python,
/// which ours need not be.
void WriteAll(const std::string& name, const std::vector<torch::Tensor>& tensors,
              torch::serialize::OutputArchive* archive) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    archive->write(name + std::to_string(i), tensors[i].detach());
  }
}

void ReadAll(const std::string& name, const std::vector<torch::Tensor>& tensors,
             torch::serialize::InputArchive* archive) {
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    torch::Tensor value;
    archive->read(name + std::to_string(i), value);
    if (value.sizes() != tensors[i].sizes())
      throw Error(ErrorKind::kModel, "another network's state");
    torch::Tensor(tensors[i]).copy_(value);
  }
}

/// Those that `mover` moves where `optimizer` is asked for.
std::vector<torch::Tensor> Parameters(Objective* trained, Optimizer optimizer, Optimizer mover) {
  std::vector<torch::Tensor> parameters;
  for (const torch::Tensor& parameter : trained->module().parameters()) {
    const bool by_muon = optimizer == Optimizer::kMuon && parameter.dim() >= 2;
    if (by_muon == (mover == Optimizer::kMuon)) parameters.push_back(parameter);
  }
  return parameters;
}

/// Steps of another size would be other numbers of pairs.
void RequireBatch(std::int64_t saved, const TrainingState& state) {
  if (saved == state.batch) return;
  throw Error(ErrorKind::kModel, "it was made with --batch " + std::to_string(saved));
}

}  // namespace

TrainingState::TrainingState(Objective* trained, Optimizer optimizer, double weight_decay,
                             int pairs_of_a_step)
    : objective(trained),
      adamw(Parameters(trained, optimizer, Optimizer::kAdamW),
            torch::optim::AdamWOptions().weight_decay(weight_decay)),
      muon(Parameters(trained, optimizer, Optimizer::kMuon), weight_decay),
      average(&trained->module()),
      batch(pairs_of_a_step) {}

void SaveState(const std::filesystem::path& path, const TrainingState& state) {
  torch::serialize::OutputArchive archive;
  torch::serialize::OutputArchive optimizer;
  state.adamw.save(optimizer);
  archive.write("optimizer", optimizer);
  WriteAll("parameter", state.objective->module().parameters(), &archive);
  WriteAll("buffer", state.objective->module().buffers(), &archive);
  WriteAll("momentum", state.muon.momenta(), &archive);
  WriteAll("average", state.average.tensors(), &archive);
  archive.write("step", torch::tensor(state.step));
  archive.write("batch", torch::tensor(state.batch));
  if (state.bfloat16) archive.write("bfloat16", torch::tensor(*state.bfloat16));
  archive.write("best_score", torch::tensor(state.best_score, torch::kFloat64));
  std::ostringstream stream;
  archive.save_to(stream);
  const std::string text = stream.str();
  WriteFileAtomically(path, Bytes(text.begin(), text.end()), Clobber::kReplace);
}

void LoadState(const std::filesystem::path& path, const torch::Device& device,
               TrainingState* state) {
  try {
    torch::serialize::InputArchive archive;
    archive.load_from(path.string(), device);
    torch::serialize::InputArchive optimizer;
    archive.read("optimizer", optimizer);
    state->adamw.load(optimizer);
    ReadAll("parameter", state->objective->module().parameters(), &archive);
    ReadAll("buffer", state->objective->module().buffers(), &archive);
    ReadAll("momentum", state->muon.momenta(), &archive);
    ReadAll("average", state->average.tensors(), &archive);
    // Each into a tensor of its own: one that is read over keeps its type.
    torch::Tensor batch;  // states of older versions do not tell it
    if (archive.try_read("batch", batch)) RequireBatch(batch.item<std::int64_t>(), *state);
    torch::Tensor step;
    archive.read("step", step);
    state->step = step.item<std::int64_t>();
    torch::Tensor best_score;
    archive.read("best_score", best_score);
    state->best_score = best_score.item<double>();
    torch::Tensor bfloat16;
    if (archive.try_read("bfloat16", bfloat16)) state->bfloat16 = bfloat16.item<bool>();
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kModel,
                path.string() + ": cannot resume from it: " + DescribeException(error));
  }
}

}  // namespace facedeblur
