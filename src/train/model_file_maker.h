#pragma once

#include <torch/nn/module.h>

#include <functional>
#include <string>

#include "facedeblur/face/chip.h"
#include "facedeblur/weights/model_file.h"
#include "train/objective.h"

namespace facedeblur {

/// The model file of a network: its parameters in half precision, and what is said of it. It has no
/// self-test yet.
ModelFile MakeModelFile(const torch::nn::Module& module, const std::string& network,
                        const ChipTemplate& chip_template, const WeightsNotes& notes);

/// Adds what `run`, a network with the weights of the file, makes of a pattern, 1x3xSxS (BGR, 0..1)
/// with S the chip's size.
void AddSelfTest(const std::function<Tensor(const torch::Tensor& chip)>& run, ModelFile* model);

}  // namespace facedeblur
