#include "nn/feature_extractor.h"

#include <utility>

#include "facedeblur/nn/keras_weights.h"
#include "facedeblur/nn/model_file.h"
#include "facedeblur/util/error.h"
#include "nn/chip_tensor.h"
#include "nn/landmark_net.h"
#include "nn/vgg_features.h"

namespace facedeblur {
namespace {

class LandmarkFeatures : public FeatureExtractor {
 public:
  LandmarkFeatures(const ModelFile& model, const torch::Device& device) {
    LoadTensors(model.tensors, net_.get());
    net_->to(device);
    net_->eval();
    for (torch::Tensor& parameter : net_->parameters()) parameter.requires_grad_(false);
  }

  std::vector<torch::Tensor> Features(const torch::Tensor& pictures) override {
    return net_->Features(pictures);
  }

 private:
  LandmarkNet net_;
};

std::unique_ptr<FeatureExtractor> Make(Bytes bytes, const torch::Device& device) {
  if (!IsModelFile(bytes)) {
    return std::make_unique<VggFeatures>(ReadKerasWeights(std::move(bytes)), device);
  }
  const ModelFile model = ReadModelFile(std::move(bytes));
  if (model.network != kLandmarkNetwork) {
    throw Error(ErrorKind::kModel,
                "it is for the network '" + model.network + "', which has no features to compare");
  }
  return std::make_unique<LandmarkFeatures>(model, device);
}

}  // namespace

std::unique_ptr<FeatureExtractor> LoadFeatureExtractor(const std::filesystem::path& file,
                                                       const torch::Device& device) {
  try {
    return Make(ReadFile(file), device);
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kModel, file.string() + ": " + DescribeException(error));
  }
}

}  // namespace facedeblur
