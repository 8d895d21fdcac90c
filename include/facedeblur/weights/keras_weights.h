#pragma once

#include <string>
#include <vector>

#include "facedeblur/util/file_io.h"
#include "facedeblur/weights/tensor.h"
#include "facedeblur/weights/weights_notes.h"

namespace facedeblur {

/// One layer with weights of a Keras 2 HDF5 file, tensors in the order of its `weight_names`:
/// Conv2D has kernel (height, width, in, out) and bias; BatchNormalization has gamma, beta, moving
/// mean and moving variance.
struct KerasLayer {
  std::string name;
  std::vector<Tensor> tensors;
};

/// A file of such layers. Keras neither writes notes nor minds them.
struct KerasWeights {
  std::vector<KerasLayer> layers;
  WeightsNotes notes;
};

/// Reads the layers that have weights, in the model's order, from what `save_weights` or
/// `model.save` of Keras 2 wrote. Throws Error(kModel) for files that are no HDF5, truncated, of
/// Keras 3 (.weights.h5), or of a backend other than TensorFlow (whose kernels lie flipped).
KerasWeights ReadKerasWeights(Bytes bytes);

/// Writes layers as `save_weights` of Keras 2 does, so that Keras loads the result; weights are
/// named kernel:0 and bias:0, or gamma:0, beta:0, moving_mean:0 and moving_variance:0, by their
/// number.
Bytes SerializeKerasWeights(const KerasWeights& weights);

}  // namespace facedeblur
