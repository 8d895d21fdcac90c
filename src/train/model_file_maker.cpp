#include "train/model_file_maker.h"

#include <c10/core/InferenceMode.h>

#include "nn/chip_tensor.h"
#include "nn/file_tensor.h"
#include "train/self_test_pattern.h"

namespace facedeblur {

ModelFile MakeModelFile(const torch::nn::Module& module, const std::string& network,
                        const ChipTemplate& chip_template, const WeightsNotes& notes) {
  ModelFile model;
  model.network = network;
  model.chip_template = chip_template;
  model.notes = notes;
  for (const auto& item : module.named_parameters()) {
    // What is stored is what the self-test must be run with.
    model.tensors[item.key()] = FromTorch(item.value().to(torch::kFloat16));
  }
  return model;
}

void AddSelfTest(const std::function<Tensor(const torch::Tensor& chip)>& run, ModelFile* model) {
  const c10::InferenceMode inference;
  const int size = model->chip_template.size;
  const cv::Mat pattern = SelfTestPattern(size);
  cv::Mat chip;
  pattern.convertTo(chip, CV_32F, 1 / 255.0);
  model->self_test.input = {{size, size, 3}, {pattern.datastart, pattern.dataend}};
  model->self_test.output = run(TensorFromChip(chip));
  model->self_test.tolerance = 5e-3;
}

}  // namespace facedeblur
