#pragma once

#include <torch/types.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "facedeblur/backend/trainer_options.h"
#include "nn/feature_extractor.h"
#include "train/training_batch.h"

namespace facedeblur {

/// What a step minimises.
struct Loss {
  torch::Tensor total;
  std::vector<std::pair<std::string, torch::Tensor>> terms;  ///< scalars, before their weights

  /// Adds a term with its weight.
  void Add(const std::string& name, const torch::Tensor& value, double weight);

  /// Adds a term of N images, of which each counts as much as its own weight says. The report has
  /// their plain mean.
  void Add(const std::string& name, const torch::Tensor& values, const torch::Tensor& image_weights,
           double weight);
};

/// Mean of sqrt(d^2 + epsilon^2) for each of N images, each pixel weighted (Charbonnier et al.,
/// ICIP 1994). `weights`: Nx1xSxS.
torch::Tensor CharbonnierLoss(const torch::Tensor& a, const torch::Tensor& b,
                              const torch::Tensor& weights);

/// Mean absolute difference of the 2-D Fourier transforms' real and imaginary parts, scaled by half
/// the image's side, for each of N images (Cho et al., "Rethinking Coarse-to-Fine Approach", ICCV
/// 2021).
torch::Tensor FourierLoss(const torch::Tensor& a, const torch::Tensor& b);

/// Cross entropy of an estimated log kernel against the true kernel, per image.
torch::Tensor KernelLoss(const torch::Tensor& log_kernel, const torch::Tensor& kernel);

/// Mean absolute difference of feature maps relative to the mean size of the true ones, averaged
/// over the maps: no map outweighs the others.
torch::Tensor FeatureLoss(FeatureExtractor* extractor, const torch::Tensor& restored,
                          const torch::Tensor& sharp);

/// How much each of N images counts, by its Charbonnier loss. With a balance of 0 all count alike.
/// With 1 their gradients are those of the loss's logarithm, so that an image that is nearly right
/// counts as much as one that is far off; below a loss of 0.005 the weight grows no more.
torch::Tensor BalanceWeights(const torch::Tensor& charbonnier, double balance);

/// The loss of a restored image, whichever network made it: pixels, with the face's parts weighted;
/// frequencies; and features, where a feature network is given.
class ImageLoss {
 public:
  /// Throws Error(kModel) when the feature network cannot be loaded.
  ImageLoss(const LossOptions& options, const torch::Device& device);

  /// `restored`: Nx3xSxS, BGR, 0..1.
  Loss operator()(const torch::Tensor& restored, const TrainingBatch& batch) const;

 private:
  LossOptions options_;
  std::unique_ptr<FeatureExtractor> extractor_;
};

}  // namespace facedeblur
