#include "nn/feature_extractor.h"

#include <utility>

#include "facedeblur/util/error.h"
#include "facedeblur/weights/networks.h"
#include "facedeblur/weights/weights_file.h"
#include "nn/file_tensor.h"
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

  std::vector<torch::Tensor> Features(const torch::Tensor& images) override {
    return net_->Features(images);
  }

 private:
  LandmarkNet net_;
};

std::unique_ptr<FeatureExtractor> Make(const Weights& weights, const torch::Device& device) {
  if (const auto* keras = std::get_if<KerasWeights>(&weights)) {
    return std::make_unique<VggFeatures>(keras->layers, device);
  }
  const auto& model = std::get<ModelFile>(weights);
  if (model.network != InfoOf(NetworkId::kFaceLandmarks1).name) {
    throw Error(ErrorKind::kModel,
                "it is for the network '" + model.network + "', which has no features to compare");
  }
  return std::make_unique<LandmarkFeatures>(model, device);
}

}  // namespace

std::unique_ptr<FeatureExtractor> LoadFeatureExtractor(const std::filesystem::path& file,
                                                       const torch::Device& device) {
  try {
    return Make(ParseWeights(ReadFile(file)), device);
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kModel, file.string() + ": " + DescribeException(error));
  }
}

}  // namespace facedeblur
