#pragma once

#include <functional>

#include "facedeblur/backend/trainer_options.h"
#include "facedeblur/dataset/face_set.h"
#include "facedeblur/restore/compute_device.h"

namespace facedeblur {

/// Trains a network on pairs drawn on the fly. Resumes from `output`/state.pt where there is one,
/// and goes on exactly as if it had not stopped. Writes `output`/weights.h5 (averaged weights),
/// best.h5 (the best on validation), log.jsonl, and loss.png, kernel.png, psnr.png and examples.png
/// to look at. Model files are stored in half precision with a self-test, Keras files as Keras
/// stores them.
/// `stop` is asked after each step; the state is saved then.
/// Throws Error: kUsage for options that do not fit the network, kModel for unusable initial
/// weights or features, kOutput when files cannot be written, kInput when the loss is not a number
/// for 20 steps on end, kDevice when memory runs out or the device fails.
void Train(const FaceSet& training, const FaceSet& validation, const TrainerOptions& options,
           const ComputeDevice& device,
           const std::function<void(const TrainingProgress&)>& on_progress,
           const std::function<bool()>& stop);

}  // namespace facedeblur
