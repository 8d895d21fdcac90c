#include "train/model_file_maker.h"

#include <c10/core/InferenceMode.h>

#include "nn/chip_tensor.h"
#include "train/self_test_pattern.h"

namespace facedeblur {

ModelFile MakeModelFile(const torch::nn::Module& network, const ChipTemplate& chip_template,
                        const ModelNotes& notes) {
  ModelFile model;
  model.network = notes.network;
  model.chip_template = chip_template;
  model.training = notes.training;
  model.license = notes.license;
  for (const auto& item : network.named_parameters()) {
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
