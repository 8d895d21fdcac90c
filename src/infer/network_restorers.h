#pragma once

#include <memory>
#include <vector>

#include "facedeblur/restore/compute_device.h"
#include "facedeblur/restore/restorer.h"
#include "facedeblur/weights/keras_weights.h"
#include "facedeblur/weights/model_file.h"

namespace facedeblur {

/// The reference network with Keras weights. Chips are brought to its 64x64 pixels; the change goes
/// back to the chip's own size. Throws Error(kModel).
std::unique_ptr<FaceRestorer> MakeReferenceRestorer(const std::vector<KerasLayer>& layers,
                                                    const ComputeDevice& device);

/// The kernel-aware face network, coarse to fine. With `corrects_kernel` it has a second kernel
/// network, which corrects what the first one estimates. Throws Error(kModel), also when the
/// self-test fails.
std::unique_ptr<FaceRestorer> MakeFaceWienerRestorer(bool corrects_kernel, ModelFile model,
                                                     const ComputeDevice& device);

}  // namespace facedeblur
