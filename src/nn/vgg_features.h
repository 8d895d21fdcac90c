#pragma once

#include <torch/nn/modules/conv.h>

#include <vector>

#include "facedeblur/weights/keras_weights.h"
#include "nn/feature_extractor.h"

namespace facedeblur {

/// The first four blocks of VGG16 or VGG19 (Simonyan and Zisserman, ICLR 2015) as
/// keras.applications has them: 3x3 convolutions with ReLU, 2x2 max pooling between blocks; BGR
/// with the ImageNet means taken off. Features are those after the last ReLU of each block.
class VggFeatures : public FeatureExtractor {
 public:
  /// Layers are found by their Keras names, blockB_convC; others, the dense top among them, are
  /// left out. Throws Error(kModel) when they are not those of a VGG16 or VGG19.
  VggFeatures(const std::vector<KerasLayer>& layers, const torch::Device& device);

  std::vector<torch::Tensor> Features(const torch::Tensor& images) override;

 private:
  std::vector<std::vector<torch::nn::Conv2d>> blocks_;
  torch::Tensor means_;
};

}  // namespace facedeblur
