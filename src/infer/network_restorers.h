#pragma once

#include <future>
#include <memory>

#include "facedeblur/nn/keras_weights.h"
#include "facedeblur/nn/model_file.h"
#include "facedeblur/restore/compute_device.h"
#include "facedeblur/restore/restorer.h"

namespace facedeblur {

/// The reference network with Keras weights. Chips are brought to its 64x64 pixels; the change goes
/// back to the chip's own size. Throws Error(kModel).
std::unique_ptr<FaceRestorer> MakeReferenceRestorer(const std::vector<KerasLayer>& layers,
                                                    const ComputeDevice& device);

/// The kernel-aware face network, coarse to fine, with one kernel estimate or two. It is made while
/// the model is still being read. Throws Error(kModel), also when the self-test fails.
std::unique_ptr<FaceRestorer> MakeFaceWienerRestorer(bool second_estimate,
                                                     std::future<ModelFile> model,
                                                     const ComputeDevice& device);

}  // namespace facedeblur
