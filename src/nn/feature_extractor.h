#pragma once

#include <torch/types.h>

#include <filesystem>
#include <memory>
#include <vector>

namespace facedeblur {

/// A trained network whose inner features tell images apart as people do, to constrain the
/// training of another one (Johnson, Alahi and Fei-Fei, "Perceptual Losses", ECCV 2016). Its
/// weights take no gradients; its input does.
class FeatureExtractor {
 public:
  virtual ~FeatureExtractor() = default;

  /// Nx3xHxW, BGR, 0..1 -> feature maps from fine to coarse, each NxCxhxw.
  virtual std::vector<torch::Tensor> Features(const torch::Tensor& images) = 0;
};

/// Opens Keras's VGG16 or VGG19 weights (HDF5, with or without the dense top) or the project's own
/// landmark network. Throws Error(kModel) with a line that names the file.
std::unique_ptr<FeatureExtractor> LoadFeatureExtractor(const std::filesystem::path& file,
                                                       const torch::Device& device);

}  // namespace facedeblur
